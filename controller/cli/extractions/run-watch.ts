import type { ExtractionResource } from '../../api/extraction-resource.ts';
import type { KubeClient } from '../../k8s/kube-client.ts';
import { EXIT } from '../exit-codes.ts';
import { extractionEnd } from './extraction-end.ts';
import { extractionName } from './extraction-name.ts';
import { findExtraction } from './find-extraction.ts';
import type { KubeOptions } from './kube-options.ts';
import { followLive } from './live-follow.ts';
import type { LiveState } from './live-state.ts';
import { liveView } from './live-view.ts';
import { openCluster } from './open-cluster.ts';
import { painter } from './painter.ts';
import { changedInKind, watchLines } from './watch-lines.ts';

export interface WatchOptions extends KubeOptions {
  readonly output: 'text' | 'json';
}

/** Where states are told to. */
interface Teller {
  tell(state: LiveState): void;
  end(state: LiveState): void;
}

const PAINT_EVERY_MS = 250;
const LINE_EVERY_MS = 10_000;
const FALLBACK_SIZE = { columns: 100, rows: 30 };

/** `facefleet watch NAME`: tells how an extraction goes on until it ends, and ends with its exit code. */
export async function runWatch(argument: string, options: WatchOptions): Promise<void> {
  const client = openCluster(options);
  try {
    await watchExtraction(client, await findExtraction(client, extractionName(argument)), options.output);
  } finally {
    client.close();
  }
}

/** Sets the exit code: by the result, and 130 when it is stopped, which the extraction does not notice. */
export async function watchExtraction(
  client: KubeClient,
  extraction: ExtractionResource,
  output: 'text' | 'json',
): Promise<void> {
  const teller = output === 'json' ? jsonTeller() : process.stdout.isTTY ? terminalTeller() : lineTeller();
  const last = await followLive(client, extraction, new AbortController().signal, teller.tell);
  teller.end(last);
  process.exitCode = extractionEnd(last.extraction, last.deleted)?.exitCode ?? EXIT.failed;
}

function terminalTeller(): Teller {
  const view = painter(process.stdout);
  let shown: LiveState | null = null;
  const paint = (): void => {
    if (shown === null) return;
    const { columns = FALLBACK_SIZE.columns, rows = FALLBACK_SIZE.rows } = process.stdout;
    view.paint(liveView({ ...shown, nowMs: Date.now() }, { columns, rows }));
  };
  const timer = setInterval(paint, PAINT_EVERY_MS);
  return {
    tell(state) {
      const isFirst = shown === null;
      shown = state;
      if (isFirst) paint();
    },
    end(state) {
      clearInterval(timer);
      shown = state;
      paint();
      view.close();
      process.stdout.write(`${endText(state)}\n`);
    },
  };
}

/** A line when something happens, and every ten seconds while only numbers change. */
function lineTeller(): Teller {
  let told: LiveState | null = null;
  let lastMs = 0;
  const say = (state: LiveState): void => {
    for (const line of watchLines(told, state)) process.stdout.write(`${line}\n`);
    told = state;
    lastMs = Date.now();
  };
  return {
    tell(state) {
      if (told === null || changedInKind(told, state) || Date.now() - lastMs >= LINE_EVERY_MS) say(state);
    },
    end(state) {
      say(state);
      process.stdout.write(`${endText(state)}\n`);
    },
  };
}

/** One line for every change. */
function jsonTeller(): Teller {
  let told = '';
  const say = (event: string, { extraction, deleted, pods, lost }: LiveState, more: object): void => {
    const { metadata, status } = extraction;
    const { name, namespace } = metadata;
    const {
      phase = null,
      pass = null,
      passes = [],
      progress = null,
      attempts = null,
      failure = null,
    } = status ?? {};
    const content = JSON.stringify({
      event,
      namespace,
      name,
      phase,
      deleted,
      pass,
      passes,
      progress,
      attempts,
      failure,
      pods: pods.map(({ lane, node, gpu, state }) => ({ lane, node, gpu, state })),
      lost: lost === null ? null : lost.why,
      ...more,
    });
    if (content !== told) process.stdout.write(`${content}\n`);
    told = content;
  };
  return {
    tell: (state) => say('status', state, {}),
    end(state) {
      const end = extractionEnd(state.extraction, state.deleted);
      say('end', state, { result: end?.text ?? null, exitCode: end?.exitCode ?? null });
    },
  };
}

function endText({ extraction, deleted }: LiveState): string {
  return `${extraction.metadata.name} ${extractionEnd(extraction, deleted)?.text ?? 'goes on'}`;
}
