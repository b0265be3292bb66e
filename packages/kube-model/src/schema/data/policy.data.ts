/** The types of policy/v1 in Kubernetes 1.32, one a line, in the notation of `../notation.ts`. */
export default `
Eviction metadata#1:meta.ObjectMeta deleteOptions#2:meta.DeleteOptions
PodDisruptionBudget metadata#1:meta.ObjectMeta spec#2:PodDisruptionBudgetSpec status#3:PodDisruptionBudgetStatus
PodDisruptionBudgetSpec minAvailable#1:IntOrString selector#2:meta.LabelSelector~replace maxUnavailable#3:IntOrString unhealthyPodEvictionPolicy#4:*UnhealthyPodEvictionPolicyType
PodDisruptionBudgetStatus observedGeneration#1:int64 disruptedPods#2:{}Time disruptionsAllowed#3:int32! currentHealthy#4:int32! desiredHealthy#5:int32! expectedPods#6:int32! conditions#7:[]meta.Condition~merge(type)~map(type)
UnhealthyPodEvictionPolicyType = IfHealthyBudget AlwaysAllow
`;
