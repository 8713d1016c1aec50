/** A model in `facefleet models list`. */
export interface ModelRow {
  readonly name: string;
  readonly role: string;
  /** Of the ONNX file. */
  readonly megabytes: number;
  readonly cached: 'yes' | 'no' | 'damaged';
  /** Part of the weights comes from data for research or non-commercial use. */
  readonly researchOnly: boolean;
  /** Of the weights. */
  readonly licence: string;
  readonly title: string;
}

/** The rows as aligned text with a heading. */
export function modelsTable(rows: readonly ModelRow[]): string {
  const lines = [['NAME', 'ROLE', 'MB', 'CACHED', 'TITLE', 'WEIGHTS']];
  for (const { name, role, megabytes, cached, title, licence, researchOnly } of rows) {
    const weights = researchOnly ? `${licence} [research only]` : licence;
    lines.push([name, role, megabytes.toFixed(1), cached, title, weights]);
  }
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const padded = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return `${padded.join('\n')}\n`;
}
