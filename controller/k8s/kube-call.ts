import type { KubeObject, KubeResource } from './kube-resource.ts';

/** As rules of a Role name them. */
export type KubeVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** One request to the API server. */
export interface KubeCall {
  readonly verb: KubeVerb;
  readonly resource: KubeResource<KubeObject>;
  /** Null: all namespaces, or a resource that has none. */
  readonly namespace: string | null;
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
  readonly contentType?: string;
}

const METHOD: Record<KubeVerb, string> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

export function methodOf({ verb }: KubeCall): string {
  return METHOD[verb];
}

/** `/api/v1/namespaces/faces/pods/a/status?dryRun=All`. */
export function pathOf({ resource, namespace, name, subresource, query = {} }: KubeCall): string {
  const { group, version, plural } = resource;
  const parts = [
    ...(group === '' ? ['api', version] : ['apis', group, version]),
    ...(namespace === null ? [] : ['namespaces', namespace]),
    plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, String(value)]],
  );
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  return `/${parts.map(encodeURIComponent).join('/')}${search}`;
}

/** `create pods in namespace faces`, `update extractions/status faces/holiday`. */
export function callText({ verb, resource, namespace, name, subresource }: KubeCall): string {
  const what = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  if (name !== undefined) return `${verb} ${what} ${namespace === null ? name : `${namespace}/${name}`}`;
  if (namespace !== null) return `${verb} ${what} in namespace ${namespace}`;
  return resource.namespaced ? `${verb} ${what} in all namespaces` : `${verb} ${what}`;
}
