/** The types of node.k8s.io/v1 in Kubernetes 1.32, one a line, in the notation of `../notation.ts`. */
export default `
Overhead podFixed#1:{}Quantity
RuntimeClass metadata#1:meta.ObjectMeta handler#2:string! overhead#3:Overhead scheduling#4:Scheduling
Scheduling nodeSelector#1:{}string~atomic tolerations#2:[]core.Toleration
`;
