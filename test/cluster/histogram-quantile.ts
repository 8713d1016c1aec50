/**
 * A quantile of a Prometheus histogram, between the bounds of its buckets by proportion as `histogram_quantile` does; all label sets in one.
 * Beyond the last bound it is that bound; NaN when nothing was observed.
 * @param metrics text of `/metrics`
 */
export function histogramQuantile(metrics: string, name: string, quantile: number): number {
  const counts = new Map<number, number>();
  for (const [, labels, count] of metrics.matchAll(new RegExp(`^${name}_bucket\\{(.*)\\} (\\d+)$`, 'gm'))) {
    const [, bound] = /le="([^"]+)"/.exec(labels!) ?? [];
    const upTo = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
    counts.set(upTo, (counts.get(upTo) ?? 0) + Number(count));
  }
  const buckets = [...counts].sort(([a], [b]) => a - b);
  const rank = quantile * (buckets.at(-1)?.[1] ?? Number.NaN);
  let [lower, below] = [0, 0];
  for (const [upper, count] of buckets) {
    if (count >= rank && count > below) {
      if (upper === Number.POSITIVE_INFINITY) return lower;
      return lower + ((upper - lower) * (rank - below)) / (count - below);
    }
    [lower, below] = [upper, count];
  }
  return Number.NaN;
}
