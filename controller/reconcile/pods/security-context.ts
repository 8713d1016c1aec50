import type { V1PodSecurityContext, V1SecurityContext } from '@kubernetes/client-node';

/** The user that the images are made for; volumes become writable for its group. */
const USER = 65532;

/** Of every pod: together with `containerSecurity` it keeps to the Pod Security Standard `restricted`. */
export const podSecurity: V1PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  fsGroup: USER,
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
};

export const containerSecurity: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};
