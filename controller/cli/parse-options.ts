import { InvalidArgumentError } from 'commander';

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`"${text}" is no whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A number within bounds. */
export function finiteNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`"${text}" is no number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A smallest or largest face: pixels of the diagonal (`40`), or percent of the frame's shorter side (`5%`). */
export interface SizeLimit {
  readonly unit: 'px' | 'percent';
  readonly value: number;
}

/** Reads `40`, `40px` or `5%`. @param maxPercent the largest percentage allowed */
export function sizeLimit(maxPercent: number): (text: string) => SizeLimit {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(px|%)?$/.exec(text.trim());
    if (!match) throw new InvalidArgumentError(`"${text}" is neither pixels (40) nor percent (5%).`);
    const value = Number(match[1]);
    const unit = match[2] === '%' ? 'percent' : 'px';
    if (unit === 'percent' && value > maxPercent)
      throw new InvalidArgumentError(`percent go up to ${maxPercent}.`);
    return { unit, value };
  };
}

/** Rotation angles in the order they are tried: `on` = every 90°, one number = its multiples, a comma list = those. 0 is always first. */
export function rotationAngles(text: string): number[] {
  const word = text.trim().toLowerCase();
  if (word === '' || word === 'off') return [0];
  if (word === 'on') return [0, 90, 180, 270];
  const numbers = word.split(',').map(Number);
  if (numbers.some((number) => !Number.isFinite(number) || number < 0 || number >= 360)) {
    throw new InvalidArgumentError(
      `"${text}" is neither on, off, an angle below 360 nor a comma list of such.`,
    );
  }
  const [step] = numbers;
  if (numbers.length > 1) return [0, ...new Set(numbers.filter((number) => number > 0))];
  if (step === undefined || step === 0) return [0];
  if (step < 1) throw new InvalidArgumentError('steps are at least 1 degree.');
  return Array.from({ length: Math.ceil(360 / step) }, (_, i) => i * step);
}

/** Bytes or pixels with an optional K, M or G (powers of 1000). */
export function quantity(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG])?$/i.exec(text.trim());
  const value = match
    ? Number(match[1]) * { K: 1e3, M: 1e6, G: 1e9, '': 1 }[(match[2] ?? '').toUpperCase()]!
    : 0;
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError(`"${text}" is no amount such as 500000, 200M or 1G.`);
  return value;
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds from `90`, `90s`, `15m`, `2h` or `7d`. */
export function timeInSeconds(text: string): number {
  const match = /^(\d{1,9})([smhd])?$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError(`"${text}" is no time such as 90s, 15m, 2h or 7d.`);
  return Number(match[1]) * SECONDS[(match[2] ?? 's') as keyof typeof SECONDS];
}
