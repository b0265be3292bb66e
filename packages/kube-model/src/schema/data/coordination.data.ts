/** The types of coordination.k8s.io/v1 in Kubernetes 1.32, one a line, in the notation of `../notation.ts`. */
export default `
Lease metadata#1:meta.ObjectMeta spec#2:LeaseSpec
LeaseSpec holderIdentity#1:*string leaseDurationSeconds#2:*int32 acquireTime#3:MicroTime renewTime#4:MicroTime leaseTransitions#5:*int32 strategy#6:*string preferredHolder#7:*string
`;
