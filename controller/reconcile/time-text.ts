/** A moment as Kubernetes writes it: UTC, whole seconds. */
export function timeText(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds since 1970 of a moment as text; null when it is none. */
export function timeMs(text: string | undefined): number | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
