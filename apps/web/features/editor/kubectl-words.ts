/** Verbs of kubectl and the words after them, drawn as keywords. For the eye and for completion only: the agent judges. */
export const KUBECTL_VERBS: ReadonlySet<string> = new Set(
  `annotate api-resources api-versions apply attach auth autoscale can-i certificate approve deny cluster-info cordon uncordon cp create debug
  delete describe diff drain edit events exec explain expose generic get history image kustomize label logs patch pause port-forward proxy reconcile replace
  resources restart resume rollout run scale selector set set-last-applied status subject taint top undo version view-last-applied wait whoami`.split(
    /\s+/u,
  ),
);

/** Resource types with their plurals and short names, as `kubectl api-resources` of a plain cluster lists them. */
export const KUBECTL_TYPES: ReadonlySet<string> = new Set(
  `all clusterrole clusterroles clusterrolebinding clusterrolebindings cm configmap configmaps controllerrevision controllerrevisions cj cronjob cronjobs
  crd crds customresourcedefinition customresourcedefinitions csr certificatesigningrequest ds daemonset daemonsets deploy deployment deployments ep endpoints
  endpointslice endpointslices ev event gateway gateways gw hpa horizontalpodautoscaler horizontalpodautoscalers httproute httproutes ing ingress ingresses
  ingressclass ingressclasses job jobs lease leases limits limitrange limitranges mutatingwebhookconfiguration mutatingwebhookconfigurations namespace
  namespaces ns netpol networkpolicy networkpolicies no node nodes pdb poddisruptionbudget poddisruptionbudgets persistentvolume persistentvolumes pv pvc
  persistentvolumeclaim persistentvolumeclaims po pod pods pc priorityclass priorityclasses quota resourcequota resourcequotas replicaset replicasets rs rc
  replicationcontroller replicationcontrollers role roles rolebinding rolebindings sa serviceaccount serviceaccounts sc storageclass storageclasses
  secret secrets service services svc statefulset statefulsets sts validatingwebhookconfiguration validatingwebhookconfigurations
  volumeattachment volumeattachments`.split(/\s+/u),
);
