const MOST = 3;

/** The names that `name` may be a slip of, the closest first: a few letters differ, or one begins with the other. */
export function closeNames(name: string, names: Iterable<string>): string[] {
  const allowed = Math.max(1, Math.floor(name.length / 3));
  return [...new Set(names)]
    .map((other) => ({ other, steps: distance(name.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, steps }) => steps <= allowed || begins(name, other) || begins(other, name))
    .sort((a, b) => a.steps - b.steps || (a.other < b.other ? -1 : 1))
    .slice(0, MOST)
    .map(({ other }) => other);
}

function begins(short: string, long: string): boolean {
  return short.length >= 3 && long.toLowerCase().startsWith(short.toLowerCase());
}

/** Letters put in, left out, replaced or changed places with the next. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
