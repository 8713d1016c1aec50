import { writeSync } from 'node:fs';
import { HostPool } from '../engine/host-pool.ts';
import { errorText } from '../errors/facefleet-error.ts';
import { openSource } from '../source/open-source.ts';
import type { FrameInWork } from '../stage/frame-in-work.ts';
import { runStage } from '../stage/run-stage.ts';
import { faceHeader } from './frame-record.ts';
import { hashOf } from './in-work-journal.ts';
import type { ProbeJob } from './probe-frames.ts';

// Takes frames that were in work when a process died through the stage, one at a time; what they find is thrown away. Says on its
// standard output before and after each, at once, so that the parent knows on which one this process died.
process.once('message', (job: ProbeJob) => {
  void probe(job)
    .catch((error: unknown) => say('failed', errorText(error)))
    .finally(() => process.disconnect());
});

async function probe({
  source: spec,
  suspects,
  stage,
  crop,
  engine,
  scratchFolder,
}: ProbeJob): Promise<void> {
  const wanted = new Set(suspects);
  const pool = await HostPool.open(stage.roles, engine, scratchFolder);
  const source = await openSource(spec);
  const options = {
    ...stage,
    crop: crop && {
      ...crop,
      keyOf: (_: string, face: number) => `faces/${face}.png`,
      headerOf: (frame: FrameInWork, face: number, key: string) =>
        faceHeader(frame, face, key, { isVideo: source.kind === 'video' }),
    },
  };
  const signal = new AbortController().signal;
  try {
    for await (const frame of source.frames({
      isDone: ({ key }) => !wanted.has(hashOf(key)),
      admit: (key) => {
        // a video's pictures are decoded in turn: the one that ends this process need not be a suspect itself
        if (source.kind === 'video' || wanted.has(hashOf(key))) say('begin', key);
        return null;
      },
    })) {
      await runStage(pool, options, one(frame), async () => {}, signal);
      say('end', frame.key);
      wanted.delete(hashOf(frame.key));
      if (wanted.size === 0) break;
    }
  } finally {
    await source.close();
    await pool.close();
  }
}

async function* one<T>(item: T): AsyncGenerator<T> {
  yield item;
}

function say(event: 'begin' | 'end' | 'failed', text: string): void {
  writeSync(1, `${JSON.stringify([event, text])}\n`);
}
