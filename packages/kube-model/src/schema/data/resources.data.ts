/**
 * The built-in resources, one a line: group/version, Kind, plural, `ns` or `cluster`, then optional words:
 * `short=a,b`, `cat=all`, `sub=status,scale`, `verbs=create`, `type=` where the type has another name, `store=` where another group keeps the
 * objects. The order of groups is that of discovery. Facts: the API reference of Kubernetes 1.32.
 */
export default `
v1 Binding bindings ns verbs=create
v1 ComponentStatus componentstatuses cluster short=cs verbs=get,list
v1 ConfigMap configmaps ns short=cm
v1 Endpoints endpoints ns short=ep
v1 Event events ns short=ev
v1 LimitRange limitranges ns short=limits
v1 Namespace namespaces cluster short=ns sub=status,finalize verbs=create,delete,get,list,patch,update,watch
v1 Node nodes cluster short=no sub=status,proxy
v1 PersistentVolumeClaim persistentvolumeclaims ns short=pvc sub=status
v1 PersistentVolume persistentvolumes cluster short=pv sub=status
v1 Pod pods ns short=po cat=all sub=status,eviction,binding,log,exec,attach,portforward,proxy,ephemeralcontainers
v1 PodTemplate podtemplates ns
v1 ReplicationController replicationcontrollers ns short=rc cat=all sub=status,scale
v1 ResourceQuota resourcequotas ns short=quota sub=status
v1 Secret secrets ns
v1 ServiceAccount serviceaccounts ns short=sa sub=token
v1 Service services ns short=svc cat=all sub=status,proxy
apiregistration.k8s.io/v1 APIService apiservices cluster cat=api-extensions sub=status
apps/v1 ControllerRevision controllerrevisions ns
apps/v1 DaemonSet daemonsets ns short=ds cat=all sub=status
apps/v1 Deployment deployments ns short=deploy cat=all sub=status,scale
apps/v1 ReplicaSet replicasets ns short=rs cat=all sub=status,scale
apps/v1 StatefulSet statefulsets ns short=sts cat=all sub=status,scale
events.k8s.io/v1 Event events ns short=ev store=events
authentication.k8s.io/v1 SelfSubjectReview selfsubjectreviews cluster verbs=create
authentication.k8s.io/v1 TokenReview tokenreviews cluster verbs=create
authorization.k8s.io/v1 LocalSubjectAccessReview localsubjectaccessreviews ns verbs=create
authorization.k8s.io/v1 SelfSubjectAccessReview selfsubjectaccessreviews cluster verbs=create
authorization.k8s.io/v1 SelfSubjectRulesReview selfsubjectrulesreviews cluster verbs=create
authorization.k8s.io/v1 SubjectAccessReview subjectaccessreviews cluster verbs=create
autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers ns short=hpa cat=all sub=status
autoscaling/v1 HorizontalPodAutoscaler horizontalpodautoscalers ns short=hpa cat=all sub=status
batch/v1 CronJob cronjobs ns short=cj cat=all sub=status
batch/v1 Job jobs ns cat=all sub=status
certificates.k8s.io/v1 CertificateSigningRequest certificatesigningrequests cluster short=csr sub=status,approval
networking.k8s.io/v1 IngressClass ingressclasses cluster
networking.k8s.io/v1 Ingress ingresses ns short=ing sub=status
networking.k8s.io/v1 NetworkPolicy networkpolicies ns short=netpol
policy/v1 PodDisruptionBudget poddisruptionbudgets ns short=pdb sub=status
rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings cluster
rbac.authorization.k8s.io/v1 ClusterRole clusterroles cluster
rbac.authorization.k8s.io/v1 RoleBinding rolebindings ns
rbac.authorization.k8s.io/v1 Role roles ns
storage.k8s.io/v1 CSIDriver csidrivers cluster
storage.k8s.io/v1 CSINode csinodes cluster
storage.k8s.io/v1 CSIStorageCapacity csistoragecapacities ns
storage.k8s.io/v1 StorageClass storageclasses cluster short=sc
storage.k8s.io/v1 VolumeAttachment volumeattachments cluster sub=status
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations cluster cat=api-extensions
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy validatingadmissionpolicies cluster cat=api-extensions sub=status
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings cluster cat=api-extensions
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations cluster cat=api-extensions
apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions cluster short=crd,crds cat=api-extensions sub=status
scheduling.k8s.io/v1 PriorityClass priorityclasses cluster short=pc
coordination.k8s.io/v1 Lease leases ns
node.k8s.io/v1 RuntimeClass runtimeclasses cluster
discovery.k8s.io/v1 EndpointSlice endpointslices ns
`;
