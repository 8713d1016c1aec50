import type { Gpu } from '../problem.ts';
import { counted, grouped, mib, rate } from './format-numbers.ts';
import type { CardSlot, NodeCard } from './pass-cards.ts';
import { type Drawing, FAINT, flow, INK, rect, STAGE_COLOURS, text } from './svg-elements.ts';

const SLOT = { width: 184, height: 74 } as const;
const GAP = 8;
const PADDING = 10;
const SLOTS_PER_LINE = 4;
/** More devices of a node in the same state are counted, not drawn. */
const MAX_ALIKE = 16;
const BAR = { x: 8, width: SLOT.width - 16, height: 10 } as const;

/** A node, or several that are alike, with its devices. */
export function drawCard(card: NodeCard): Drawing {
  const { nodes, slots, schedulable, cores } = card;
  const shown = slots.flatMap((slot) => repeated(drawSlot(slot, cores), Math.min(slot.count, MAX_ALIKE)));
  const hidden = slots.reduce((sum, { count }) => sum + Math.max(0, count - MAX_ALIKE), 0);
  if (hidden > 0) shown.push(moreSlots(hidden));
  const inner = flow(shown, SLOTS_PER_LINE * (SLOT.width + GAP) - GAP, GAP);
  const name = nodes.length === 1 ? nodes[0]! : `${nodes[0]} … ${nodes.at(-1)}`;
  const notes = [
    ...(nodes.length > 1 ? [`${grouped(nodes.length)} nodes alike`] : []),
    ...(slots.some(({ gpu }) => gpu === null) && cores !== null
      ? [`${grouped(Math.round(cores * 10) / 10)} cores free`]
      : []),
    ...(schedulable ? [] : ['takes no pods']),
  ].join(', ');
  const width = Math.max(inner.width, SLOT.width) + 2 * PADDING;
  const height = inner.height + 44 + PADDING;
  const maxChars = Math.floor((width - 2 * PADDING) / 7);
  return {
    width,
    height,
    svg: [
      rect(
        0,
        0,
        width,
        height,
        '#ffffff',
        ` stroke="#c9ced8" rx="6"${schedulable ? '' : ' stroke-dasharray="5 4"'}`,
      ),
      text(PADDING, 19, name, { sizePx: 13, bold: true, maxChars }),
      text(PADDING, 35, notes, { sizePx: 11, colour: FAINT, maxChars }),
      `<g transform="translate(${PADDING} 44)">${inner.svg}</g>`,
    ].join(''),
  };
}

function repeated(drawing: Drawing, count: number): Drawing[] {
  return Array.from({ length: count }, () => drawing);
}

function drawSlot(slot: CardSlot, cores: number | null): Drawing {
  const { gpu, group, stage, state, threads } = slot;
  const colour = stage === null ? '#c9ced8' : STAGE_COLOURS[stage % STAGE_COLOURS.length]!;
  const lines = [
    text(8, 17, gpu === null ? counted(threads, 'thread') : deviceName(gpu), {
      sizePx: 11,
      bold: true,
      colour: state === 'used' ? INK : FAINT,
      maxChars: 22,
    }),
  ];
  if (gpu !== null) lines.push(memory(slot));
  if (group === null)
    lines.push(text(8, 52, state === 'busy' ? 'used by others' : 'not used', { sizePx: 11, colour: FAINT }));
  else {
    const batches = Object.entries(group.batches).filter(([, batch]) => batch > 1);
    const items =
      batches.length === 0 ? 'batches of 1' : batches.map(([role, batch]) => `${role} ${batch}`).join(', ');
    lines.push(text(8, gpu === null ? 34 : 52, items, { sizePx: 10, maxChars: 31 }));
    const used = group.memory === null ? '' : `, ${mib(group.memory.usedMiB)}`;
    const per = rate(group.framesPerSec * (gpu === null ? Math.min(threads, cores ?? threads) : 1)) + used;
    lines.push(text(8, gpu === null ? 50 : 66, per, { sizePx: 10, colour: FAINT }));
  }
  const fill = state === 'used' ? '#ffffff' : '#f4f5f7';
  const frame = rect(
    0.5,
    0.5,
    SLOT.width - 1,
    SLOT.height - 1,
    fill,
    ` stroke="${colour}" stroke-width="${state === 'used' ? 2 : 1}" rx="4"`,
  );
  return { ...SLOT, svg: frame + lines.join('') };
}

function deviceName({ product, sharing }: Gpu): string {
  const name = product.replace(/^NVIDIA-/, '').replace(/-MIG-.*$/, '');
  switch (sharing.kind) {
    case 'none':
      return name;
    case 'mig':
      return `${sharing.profile} of ${name}`;
    case 'mps':
    case 'timeSlicing':
      return `1/${sharing.replicas} of ${name}`;
  }
}

/** Memory of a device: models, batches, margin, and what is not free. */
function memory({ gpu, group, state, stage }: CardSlot): string {
  if (gpu === null) return '';
  const { totalMiB, freeMiB } = gpu;
  const scale = BAR.width / Math.max(1, totalMiB);
  const y = 25;
  const outline = rect(BAR.x, y, BAR.width, BAR.height, '#ffffff', ' stroke="#9aa1ad" stroke-width="0.5"');
  if (state === 'busy') return outline + rect(BAR.x, y, BAR.width, BAR.height, 'url(#taken)');
  const taken = rect(BAR.x + freeMiB * scale, y, (totalMiB - freeMiB) * scale, BAR.height, 'url(#taken)');
  if (!group?.memory || stage === null) return outline + taken;
  const { modelsMiB, batchesMiB, marginMiB } = group.memory;
  const colour = STAGE_COLOURS[stage % STAGE_COLOURS.length]!;
  let x = BAR.x;
  const parts = [
    [modelsMiB, ''],
    [batchesMiB, ' fill-opacity="0.5"'],
    [marginMiB, ' fill-opacity="0.2"'],
  ] as const;
  const drawn = parts.map(([amountMiB, extra]) => {
    const width = Math.max(0, Math.min(amountMiB * scale, BAR.x + BAR.width - x));
    const part = rect(x, y, width, BAR.height, colour, extra);
    x += width;
    return part;
  });
  return outline + drawn.join('') + taken;
}

function moreSlots(count: number): Drawing {
  return { ...SLOT, svg: text(8, 40, `and ${counted(count, 'more device')}`, { sizePx: 11, colour: FAINT }) };
}
