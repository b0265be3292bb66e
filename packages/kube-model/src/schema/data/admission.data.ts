/** The types of admissionregistration.k8s.io/v1 in Kubernetes 1.32, one a line, in the notation of `../notation.ts`. */
export default `
AuditAnnotation key#1:string! valueExpression#2:string!
ExpressionWarning fieldRef#2:string! warning#3:string!
FailurePolicyType = Ignore Fail
MatchCondition name#1:string! expression#2:string!
MatchPolicyType = Exact Equivalent
MatchResources ~atomic namespaceSelector#1:meta.LabelSelector objectSelector#2:meta.LabelSelector resourceRules#3:[]NamedRuleWithOperations excludeResourceRules#4:[]NamedRuleWithOperations matchPolicy#7:*MatchPolicyType
MutatingWebhook name#1:string! clientConfig#2:WebhookClientConfig! rules#3:[]RuleWithOperations failurePolicy#4:*FailurePolicyType matchPolicy#9:*MatchPolicyType namespaceSelector#5:meta.LabelSelector objectSelector#11:meta.LabelSelector sideEffects#6:*SideEffectClass! timeoutSeconds#7:*int32 admissionReviewVersions#8:[]string! reinvocationPolicy#10:*ReinvocationPolicyType matchConditions#12:[]MatchCondition~merge(name)~map(name)
MutatingWebhookConfiguration metadata#1:meta.ObjectMeta webhooks#2:[]MutatingWebhook~merge(name)~map(name)
NamedRuleWithOperations ~atomic resourceNames#1:[]string >RuleWithOperations#2
OperationType = * CREATE UPDATE DELETE CONNECT
ParamKind ~atomic apiVersion#1:string kind#2:string
ParamRef ~atomic name#1:string namespace#2:string selector#3:meta.LabelSelector parameterNotFoundAction#4:*string
ReinvocationPolicyType = Never IfNeeded
Rule apiGroups#1:[]string apiVersions#2:[]string resources#3:[]string scope#4:*ScopeType
RuleWithOperations operations#1:[]OperationType >Rule#2
ScopeType = Cluster Namespaced *
ServiceReference namespace#1:string! name#2:string! path#3:*string port#4:*int32
SideEffectClass = Unknown None Some NoneOnDryRun
TypeChecking expressionWarnings#1:[]ExpressionWarning
ValidatingAdmissionPolicy metadata#1:meta.ObjectMeta spec#2:ValidatingAdmissionPolicySpec status#3:ValidatingAdmissionPolicyStatus
ValidatingAdmissionPolicyBinding metadata#1:meta.ObjectMeta spec#2:ValidatingAdmissionPolicyBindingSpec
ValidatingAdmissionPolicyBindingSpec policyName#1:string paramRef#2:ParamRef matchResources#3:MatchResources validationActions#4:[]ValidationAction~set
ValidatingAdmissionPolicySpec paramKind#1:ParamKind matchConstraints#2:MatchResources validations#3:[]Validation failurePolicy#4:*FailurePolicyType auditAnnotations#5:[]AuditAnnotation matchConditions#6:[]MatchCondition~merge(name)~map(name) variables#7:[]Variable~merge(name)~map(name)
ValidatingAdmissionPolicyStatus observedGeneration#1:int64 typeChecking#2:TypeChecking conditions#3:[]meta.Condition~map(type)
ValidatingWebhook name#1:string! clientConfig#2:WebhookClientConfig! rules#3:[]RuleWithOperations failurePolicy#4:*FailurePolicyType matchPolicy#9:*MatchPolicyType namespaceSelector#5:meta.LabelSelector objectSelector#10:meta.LabelSelector sideEffects#6:*SideEffectClass! timeoutSeconds#7:*int32 admissionReviewVersions#8:[]string! matchConditions#11:[]MatchCondition~merge(name)~map(name)
ValidatingWebhookConfiguration metadata#1:meta.ObjectMeta webhooks#2:[]ValidatingWebhook~merge(name)~map(name)
Validation expression#1:string! message#2:string reason#3:*string messageExpression#4:string
ValidationAction = Deny Warn Audit
Variable ~atomic name#1:string! expression#2:string!
WebhookClientConfig url#3:*string service#1:ServiceReference caBundle#2:bytes
`;
