import { counted } from '../explain/format-numbers.ts';
import { passFramesPerSec, passSec } from '../model/predicted-time.ts';
import { isHeldUp } from '../model/replica.ts';
import type { Pass, Reason, Stage } from '../plan.ts';
import type { PlanOptions } from '../problem.ts';
import type { BestPasses } from './best-passes.ts';
import type { RatedClass, RatedPool } from './rate-table.ts';

/** One decimal, for sentences. */
export function short(value: number): string {
  return Number(value.toFixed(1)).toString();
}

const named = ({ roles }: Pick<Stage, 'roles'>): string => roles.join('+');

function sharing({ roles }: Stage): string {
  return roles.length === 1 ? `${roles[0]} has each GPU to itself` : `${roles.join('+')} share each GPU`;
}

/** Why the flow is cut as it is: by predicted time against the other shapes, of which `isFastest` says that none is faster. */
export function shapeReasons(
  passes: readonly Pass[],
  { passes: best, onePass }: BestPasses,
  options: PlanOptions,
  isFastest: boolean,
): readonly Reason[] {
  const reasons: Reason[] = [];
  if (passes.length > 1) {
    const sec = passes.reduce((sum, { framesPerSec }) => sum + passSec(framesPerSec, options), 0);
    const onePassSec =
      onePass === null ? 0 : passSec(passFramesPerSec([onePass.split.framesPerSec], options), options);
    reasons.push({
      code: 'Sequenced',
      numbers: { passes: passes.length, sec, onePassSec },
      sentence:
        onePass === null
          ? `${passes.length} passes over the frames: the flow does not fit on the GPUs at one time.`
          : `${passes.length} passes over the frames take ${short(sec)} s; one pass would take ${short(onePassSec)} s.`,
    });
  }
  passes.forEach(({ stages, framesPerSec, bottleneck }, i) => {
    const shared = best[i]!.coLocatedFramesPerSec;
    const pass = i + 1;
    if (stages.length === 1) {
      reasons.push({
        code: 'CoLocated',
        numbers: { pass, framesPerSec, replicas: stages[0]!.replicas },
        sentence: `${sharing(stages[0]!)}: ${short(framesPerSec)} frames/s on ${counted(stages[0]!.replicas, 'device')}${isFastest ? '; no cut into stages is faster' : ''}.`,
      });
      return;
    }
    reasons.push({
      code: 'Pipelined',
      numbers: { pass, framesPerSec, coLocatedFramesPerSec: shared },
      sentence:
        shared === 0
          ? `${stages.length} stages in a chain make ${short(framesPerSec)} frames/s; no GPU holds them all.`
          : `${stages.length} stages in a chain make ${short(framesPerSec)} frames/s; sharing each GPU would make ${short(shared)}.`,
    });
    const slowest = stages[bottleneck]!;
    reasons.push({
      code: 'Bottleneck',
      numbers: { pass, stage: named(slowest), framesPerSec: slowest.framesPerSec },
      sentence: `${named(slowest)} is the slowest stage; the replicas of the others are as many as keep up with it.`,
    });
  });
  return reasons;
}

/** What every device holds while a stage runs, and whether its batches are as large as they may be. */
export function batchReasons(passes: readonly Pass[], classes: readonly RatedClass[]): readonly Reason[] {
  const needs = classes[0]!.pools[0]!.roles.map(({ need }) => need);
  return passes.flatMap(({ stages }) =>
    stages.flatMap((stage) =>
      stage.groups.flatMap(({ device, batches, memory }): Reason[] => {
        if (memory === null) return [];
        const less = needs.filter(({ role, maxBatch }) => role in batches && batches[role]! < maxBatch);
        const { modelsMiB, batchesMiB, marginMiB, usedMiB, freeMiB } = memory;
        const sum = `models ${short(modelsMiB)} + batches ${short(batchesMiB)} + margin ${short(marginMiB)} = ${short(usedMiB)} of ${short(freeMiB)} MiB`;
        const place = `${named(stage)} on ${device.product}`;
        const numbers = {
          stage: named(stage),
          device: device.id,
          modelsMiB,
          batchesMiB,
          marginMiB,
          usedMiB,
          freeMiB,
        };
        if (usedMiB > freeMiB) {
          return [
            {
              code: 'Oversize',
              numbers,
              sentence: `${place}: ${sum}; larger than the GPU, allowed by allowOversize.`,
            },
          ];
        }
        if (less.length === 0) return [{ code: 'BatchesInFull', numbers, sentence: `${place}: ${sum}.` }];
        const cut = less.map(({ role, maxBatch }) => `${role} ${batches[role]} of ${maxBatch}`).join(', ');
        return [
          { code: 'BatchesCut', numbers, sentence: `${place}: ${sum}; batches cut to what fits: ${cut}.` },
        ];
      }),
    ),
  );
}

/** Where the numbers of every role come from, for every product in use. */
export function originReasons(passes: readonly Pass[], classes: readonly RatedClass[]): readonly Reason[] {
  const pools = new Map<string, RatedPool>();
  for (const { pools: alike } of classes) for (const pool of alike) pools.set(pool.device.id, pool);
  const byProduct = new Map<string, Map<string, string>>();
  for (const { stages } of passes) {
    for (const stage of stages) {
      for (const { device } of stage.groups) {
        const origins = byProduct.get(device.product) ?? new Map<string, string>();
        byProduct.set(device.product, origins);
        for (const { need, origin } of pools.get(device.id)!.roles) {
          if (!stage.roles.includes(need.role)) continue;
          const memory = need.device === 'gpu' ? `memory ${need.vramOrigin}, ` : '';
          origins.set(need.role, `${memory}speed ${origin}`);
        }
      }
    }
  }
  return [...byProduct].map(([product, origins]) => ({
    code: 'NumbersFrom',
    numbers: { product, ...Object.fromEntries(origins) },
    sentence: `On ${product}: ${[...origins].map(([role, origin]) => `${role}: ${origin}`).join('; ')}.`,
  }));
}

/** What is counted for reading, decoding and cropping frames. */
export function frameReasons({ frameWork }: Pick<PlanOptions, 'frameWork'>): readonly Reason[] {
  if (frameWork === null) return [];
  const { coreSec, origin } = frameWork;
  return [
    {
      code: 'FrameWork',
      numbers: { coreSec, origin },
      sentence: `Reading, decoding and cropping takes ${Number((coreSec * 1000).toPrecision(3))} ms of a core for each frame (${origin}).`,
    },
  ];
}

/** Workers whose cores hold their GPU up. */
export function coresReasons(
  passes: readonly Pass[],
  classes: readonly RatedClass[],
  { workerCores }: Pick<PlanOptions, 'workerCores'>,
): readonly Reason[] {
  const pools = new Map<string, RatedPool>();
  for (const { pools: alike } of classes) for (const pool of alike) pools.set(pool.device.id, pool);
  return passes.flatMap(({ stages }) =>
    stages.flatMap((stage) => {
      const held = stage.groups.filter(({ device }) => hasHeldUp(pools.get(device.id)!, stage.roles));
      if (held.length === 0) return [];
      const devices = [...new Set(held.map(({ device }) => device.product))].join(', ');
      const { framesPerSec } = held[0]!;
      return [
        {
          code: 'CoresLimit',
          numbers: { stage: named(stage), devices, workerCores, framesPerSec },
          sentence: `${named(stage)} on ${devices}: ${counted(workerCores, 'core')} of each worker allow ${short(framesPerSec)} frames/s; the GPU could make more.`,
        },
      ];
    }),
  );
}

function hasHeldUp(pool: RatedPool, roles: readonly string[]): boolean {
  const from = pool.roles.findIndex(({ need }) => need.role === roles[0]);
  const replica = pool.replica(from, from + roles.length);
  return replica !== null && isHeldUp(replica);
}

/** Devices that stay free, and limits that were reached. */
export function limitReasons(
  passes: readonly Pass[],
  classes: readonly RatedClass[],
  { maxReplicas, feedFramesPerSec }: PlanOptions,
): readonly Reason[] {
  const devices = classes.reduce((sum, { count }) => sum + count, 0);
  return passes.flatMap(({ stages, framesPerSec }, i): Reason[] => {
    const used = stages.reduce((sum, { replicas }) => sum + replicas, 0);
    const reasons: Reason[] = [];
    const pass = i + 1;
    if (framesPerSec === feedFramesPerSec) {
      reasons.push({
        code: 'FeedLimits',
        numbers: { pass, feedFramesPerSec },
        sentence: `The conductor feeds ${short(feedFramesPerSec)} frames/s; more workers would wait.`,
      });
    }
    if (used === devices) return reasons;
    const isLimited = maxReplicas !== null && used >= maxReplicas;
    const tooSmall = tooSmallFor(stages, classes);
    reasons.push({
      code: isLimited ? 'MaxReplicas' : 'DevicesLeftFree',
      numbers: { pass, used, devices, ...(tooSmall > 0 && { tooSmall }) },
      sentence: `${used} of ${counted(devices, 'device')}: ${
        isLimited ? 'maxReplicas allows no more' : whyFree(devices - used, tooSmall, pass)
      }.`,
    });
    return reasons;
  });
}

function whyFree(free: number, tooSmall: number, pass: number): string {
  const small = `too small for every GPU role of pass ${pass}`;
  if (tooSmall >= free) return `the others are ${small}`;
  const slow = `the others would not make pass ${pass} faster`;
  return tooSmall === 0 ? slow : `${tooSmall} ${tooSmall === 1 ? 'is' : 'are'} ${small}, ${slow}`;
}

/** Devices that none of the stages' GPU roles fits on, even alone. */
function tooSmallFor(stages: readonly Stage[], classes: readonly RatedClass[]): number {
  const names = new Set(stages.flatMap(({ roles }) => roles));
  const indexes = classes[0]!.pools[0]!.roles.flatMap(({ need }, i) =>
    need.device === 'gpu' && names.has(need.role) ? [i] : [],
  );
  if (indexes.length === 0) return 0;
  return classes.reduce(
    (sum, { count, rate }) => sum + (indexes.some((i) => rate(i, i + 1) > 0) ? 0 : count),
    0,
  );
}
