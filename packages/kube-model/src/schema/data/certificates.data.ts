/** The types of certificates.k8s.io/v1 in Kubernetes 1.32, one a line, in the notation of `../notation.ts`. */
export default `
CertificateSigningRequest metadata#1:meta.ObjectMeta spec#2:CertificateSigningRequestSpec! status#3:CertificateSigningRequestStatus
CertificateSigningRequestCondition type#1:string! status#6:string! reason#2:string message#3:string lastUpdateTime#4:Time lastTransitionTime#5:Time
CertificateSigningRequestSpec request#1:bytes! signerName#7:string! expirationSeconds#8:*int32 usages#5:[]string username#2:string uid#3:string groups#4:[]string extra#6:{}[]string
CertificateSigningRequestStatus conditions#1:[]CertificateSigningRequestCondition~map(type) certificate#2:bytes
`;
