/** A label that must be a whole number: null when it is missing, NaN when it is none. */
export function wholeNumberLabel(text: string | undefined): number | null {
  if (text === undefined) return null;
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}
