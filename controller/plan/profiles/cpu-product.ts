const VENDORS: Readonly<Record<string, string>> = { GenuineIntel: 'Intel', AuthenticAMD: 'AMD' };

/**
 * A CPU's product as `vendor-family-model`, from the text of Linux's /proc/cpuinfo; null where it does not tell. Its model name is no
 * use: virtual machines often hide it.
 */
export function cpuProduct(cpuinfo: string): string | null {
  const [vendor, family, model] = ['vendor_id', 'cpu family', 'model'].map((name) =>
    new RegExp(`^${name}\\s*: (.+)$`, 'm').exec(cpuinfo)?.[1]?.trim(),
  );
  return vendor && family && model ? `${VENDORS[vendor] ?? vendor}-${family}-${model}` : null;
}

/** The same from a node's labels, as Kubernetes' node feature discovery gives them; null without them. */
export function nodeCpuProduct(labels: Readonly<Record<string, string>>): string | null {
  const [vendor, family, model] = ['vendor_id', 'family', 'id'].map(
    (key) => labels[`feature.node.kubernetes.io/cpu-model.${key}`],
  );
  return vendor && family && model ? `${vendor}-${family}-${model}` : null;
}
