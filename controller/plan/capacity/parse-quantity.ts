const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const QUANTITY =
  /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d{1,3}))?$/;

/**
 * The value of a Kubernetes quantity (`resource.Quantity` of k8s.io/apimachinery): `16Gi`, `3920m`, `1e3`, `0.5`.
 * @returns its amount in the resource's unit (cores, bytes, devices), or null when it is no quantity
 */
export function parseQuantity(text: string | number): number | null {
  if (typeof text === 'number') return Number.isFinite(text) ? text : null;
  const match = QUANTITY.exec(text.trim());
  if (match === null) return null;
  const [, digits = '', suffix = '', exponent = '0'] = match;
  const value = Number(digits) * SUFFIXES[suffix]! * 10 ** Number(exponent);
  return Number.isFinite(value) ? value : null;
}
