/** `12,345`: digits in groups of three, the same in every locale. */
export function grouped(value: number): string {
  const [whole = '', fraction] = String(Math.abs(value)).split('.');
  const digits = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${value < 0 ? '-' : ''}${digits}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** An amount without a fraction, rounded up: what is needed is not made to look less. */
export function whole(amount: number): string {
  return grouped(Math.ceil(amount - 1e-6));
}

export function mib(amount: number): string {
  return `${whole(amount)} MiB`;
}

/** Frames per second in three significant digits below 1000. */
export function rate(framesPerSec: number): string {
  if (framesPerSec >= 100) return `${grouped(Math.round(framesPerSec))} frames/s`;
  return `${Number(framesPerSec.toPrecision(3))} frames/s`;
}

/** `45 s`, `12 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function duration(seconds: number): string {
  const s = Math.ceil(seconds - 1e-6);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${grouped(Math.floor(s / 86_400))} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** `1 GPU`, `2 GPUs`. */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}
