/** An object as a request names it. */
interface Written {
  kind: { group: string; version: string; kind: string; plural: string };
  namespace?: string;
  name: string;
}

const apiVersionOf = ({ group, version }: Written["kind"]): string => (group === "" ? version : `${group}/${version}`);

/** As impacts name objects: `apps/v1 Deployment shop/web`. */
export const objectTextOf = ({ kind, namespace, name }: Written): string =>
  `${apiVersionOf(kind)} ${kind.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

/** Of the object, or of the collection that it is made in or that a selector is about. */
export function pathOf({
  kind,
  namespace,
  name,
  subresource,
  collection,
}: Written & { subresource?: string; collection: boolean }): string {
  const within = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const own = collection ? "" : `/${encodeURIComponent(name)}`;
  return `${kind.group === "" ? "/api" : "/apis"}/${apiVersionOf(kind)}${within}/${kind.plural}${own}${subresource === undefined ? "" : `/${subresource}`}`;
}
