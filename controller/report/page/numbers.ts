/** `1,234,567`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

/** A number with so many decimals, without those that say nothing: `0.7`, `12`, `1,250.5`. */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: digits }).replace(/^-0$/, '0');
}

/** Whole from 100 on, with three digits that count below: `12.3`, `0.123`, `1,234`. */
export function threeDigits(value: number): string {
  if (Math.abs(value) >= 100) return whole(value);
  return value.toLocaleString('en-GB', { maximumSignificantDigits: 3 }).replace(/^-0$/, '0');
}
