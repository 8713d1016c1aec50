import { SingleBar } from 'cli-progress';

/** How far a run is. `total` is null while unknown. */
export interface ProgressState {
  readonly total: number | null;
  /** Frames done in this run and carried from earlier ones. */
  readonly frames: number;
  /** Of those, carried from earlier runs. */
  readonly carried: number;
  readonly faces: number;
  readonly failed: number;
}

/** Shows a run's progress until it is closed. */
export interface ProgressView {
  update(state: ProgressState): void;
  /** A line on stderr, clear of the bar. */
  say(line: string): void;
  close(): void;
}

export type ProgressMode = 'bar' | 'lines' | 'json' | 'none';

/** A bar on a terminal, a line every ten seconds when piped, newline JSON every second for machines. */
export function progressView(mode: ProgressMode, startedMs: number): ProgressView {
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  if (mode === 'none') return { update() {}, say, close() {} };
  if (mode === 'bar') return bar(startedMs);
  const everyMs = mode === 'json' ? 1000 : 10_000;
  let lastMs = startedMs;
  return {
    update(state) {
      const nowMs = Date.now();
      if (nowMs - lastMs < everyMs) return;
      lastMs = nowMs;
      const { framesPerSecond, etaSeconds } = rate(state, startedMs, nowMs);
      if (mode === 'json') {
        process.stdout.write(
          `${JSON.stringify({ event: 'progress', ...state, framesPerSecond, etaSeconds })}\n`,
        );
      } else {
        process.stderr.write(`${line(state, framesPerSecond, etaSeconds)}\n`);
      }
    },
    say,
    close() {},
  };
}

function bar(startedMs: number): ProgressView {
  const view = new SingleBar({
    format:
      '{bar} {percentage}% | {value}/{total} frames | {rate} frames/s | {faces} faces | {failed} failed | ETA {left}',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: false,
    stream: process.stderr,
    fps: 5,
  });
  let started = false;
  return {
    update(state) {
      const { framesPerSecond, etaSeconds } = rate(state, startedMs, Date.now());
      const payload = {
        rate: framesPerSecond,
        faces: state.faces,
        failed: state.failed,
        left: etaSeconds === null ? '?' : duration(etaSeconds),
      };
      if (!started) view.start(state.total ?? 0, state.frames, payload);
      started = true;
      view.setTotal(Math.max(state.total ?? 0, state.frames));
      view.update(state.frames, payload);
    },
    say(text) {
      process.stderr.write(`${started && process.stderr.isTTY ? '\r\x1b[K' : ''}${text}\n`);
    },
    close() {
      if (started) view.stop();
    },
  };
}

/** Frames per second of this run alone, and the seconds left at that rate. */
export function rate(
  state: ProgressState,
  startedMs: number,
  nowMs: number,
): { framesPerSecond: number; etaSeconds: number | null } {
  const seconds = Math.max(nowMs - startedMs, 1) / 1000;
  const framesPerSecond = (state.frames - state.carried) / seconds;
  const left = state.total === null ? null : state.total - state.frames;
  const etaSeconds = left === null || framesPerSecond === 0 ? null : Math.round(left / framesPerSecond);
  return { framesPerSecond: Math.round(framesPerSecond * 100) / 100, etaSeconds };
}

function line(state: ProgressState, framesPerSecond: number, etaSeconds: number | null): string {
  const of = state.total === null ? '' : ` of ${state.total}`;
  const eta = etaSeconds === null ? '' : `, ETA ${duration(etaSeconds)}`;
  return `${state.frames}${of} frames, ${state.faces} faces, ${state.failed} failed, ${framesPerSecond} frames/s${eta}`;
}

/** `75` → `1m15s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = whole % 60;
  if (h > 0) return `${h}h${String(m).padStart(2, '0')}m`;
  return m > 0 ? `${m}m${String(s).padStart(2, '0')}s` : `${s}s`;
}
