/** The types of storage.k8s.io/v1 in Kubernetes 1.32, one a line, in the notation of `../notation.ts`. */
export default `
CSIDriver metadata#1:meta.ObjectMeta spec#2:CSIDriverSpec!
CSIDriverSpec attachRequired#1:*bool podInfoOnMount#2:*bool volumeLifecycleModes#3:[]string~set storageCapacity#4:*bool fsGroupPolicy#5:*string tokenRequests#6:[]TokenRequest requiresRepublish#7:*bool seLinuxMount#8:*bool
CSINode metadata#1:meta.ObjectMeta spec#2:CSINodeSpec!
CSINodeDriver name#1:string! nodeID#2:string! topologyKeys#3:[]string allocatable#4:VolumeNodeResources
CSINodeSpec drivers#1:[]CSINodeDriver!~merge(name)~map(name)
CSIStorageCapacity metadata#1:meta.ObjectMeta nodeTopology#2:meta.LabelSelector storageClassName#3:string! capacity#4:Quantity maximumVolumeSize#5:Quantity
StorageClass metadata#1:meta.ObjectMeta provisioner#2:string! parameters#3:{}string reclaimPolicy#4:*core.PersistentVolumeReclaimPolicy mountOptions#5:[]string allowVolumeExpansion#6:*bool volumeBindingMode#7:*VolumeBindingMode allowedTopologies#8:[]core.TopologySelectorTerm
TokenRequest audience#1:string! expirationSeconds#2:*int64
VolumeAttachment metadata#1:meta.ObjectMeta spec#2:VolumeAttachmentSpec! status#3:VolumeAttachmentStatus
VolumeAttachmentSource persistentVolumeName#1:*string inlineVolumeSpec#2:core.PersistentVolumeSpec
VolumeAttachmentSpec attacher#1:string! source#2:VolumeAttachmentSource! nodeName#3:string!
VolumeAttachmentStatus attached#1:bool! attachmentMetadata#2:{}string attachError#3:VolumeError detachError#4:VolumeError
VolumeBindingMode = Immediate WaitForFirstConsumer
VolumeError time#1:Time message#2:string
VolumeNodeResources count#1:*int32
`;
