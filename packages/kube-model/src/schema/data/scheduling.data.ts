/** The types of scheduling.k8s.io/v1 in Kubernetes 1.32, one a line, in the notation of `../notation.ts`. */
export default `
PriorityClass metadata#1:meta.ObjectMeta value#2:int32! globalDefault#3:bool description#4:string preemptionPolicy#5:*core.PreemptionPolicy
`;
