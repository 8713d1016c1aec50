import { SingleBar } from 'cli-progress';
import type { FetchProgress } from '../../models/fill-cache.ts';

/** Shows a download until it is closed. */
export interface FetchView {
  readonly update: (progress: FetchProgress) => void;
  close(): void;
}

/** A bar on a terminal; a line at every quarter otherwise. */
export function fetchView(stream: NodeJS.WriteStream): FetchView {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: NodeJS.WriteStream): FetchView {
  const view = new SingleBar({
    format: '{bar} {percentage}% | {name} | {done} of {all} MB | {phase}',
    barsize: 24,
    hideCursor: true,
    stream,
    fps: 5,
  });
  let started = false;
  return {
    update({ name, phase, bytes, totalBytes }) {
      const payload = { name, phase, done: megabytes(bytes), all: megabytes(totalBytes) };
      if (!started) view.start(totalBytes, bytes, payload);
      started = true;
      view.update(bytes, payload);
    },
    close() {
      if (started) view.stop();
    },
  };
}

function lines(stream: NodeJS.WriteStream): FetchView {
  let quarter = 0;
  return {
    update({ name, phase, bytes, totalBytes }) {
      const now = Math.floor((4 * bytes) / totalBytes);
      if (phase !== 'download' || now === quarter) return;
      quarter = now;
      stream.write(`${name}: ${megabytes(bytes)} of ${megabytes(totalBytes)} MB\n`);
    },
    close() {},
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
