import type { V1Endpoints, V1Service } from '@kubernetes/client-node';
import { BRIDGE } from './pod-network.ts';

/** The table `nat` that passes connections to Services on to the pods behind them, for `iptables-restore`. @param services those with an address */
export function serviceRules(services: readonly V1Service[], endpoints: readonly V1Endpoints[]): string {
  const rules = services.flatMap((service) => {
    const { namespace, name } = service.metadata!;
    const behind = endpoints.find(
      ({ metadata }) => metadata!.namespace === namespace && metadata!.name === name,
    );
    return behind === undefined ? [] : rulesOf(service, behind);
  });
  return [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ...rules.flatMap((rule) => [`-A PREROUTING ${rule}`, `-A OUTPUT ${rule}`]),
    // answers come back the way that requests went
    `-A POSTROUTING -s ${BRIDGE.subnet} -m conntrack --ctstate DNAT -j MASQUERADE`,
    'COMMIT',
    '',
  ].join('\n');
}

function rulesOf({ spec }: V1Service, { subsets = [] }: V1Endpoints): string[] {
  const { clusterIP: address, ports: offered = [] } = spec!;
  return offered.flatMap(({ name, port, protocol = 'TCP' }) => {
    const targets = subsets.flatMap(({ addresses = [], ports = [] }) => {
      const to = ports.find((one) => one.name === name);
      return to === undefined ? [] : addresses.map(({ ip }) => `${ip}:${to.port}`);
    });
    return targets.map((target, i) => {
      // each of those that are left is as likely as the others
      const share = 1 / (targets.length - i);
      const chance = share < 1 ? `-m statistic --mode random --probability ${share.toFixed(5)} ` : '';
      return `-d ${address}/32 -p ${protocol.toLowerCase()} --dport ${port} ${chance}-j DNAT --to-destination ${target}`;
    });
  });
}
