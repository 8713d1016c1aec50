import type { Registry } from 'prom-client';
import { controllerMetrics } from '../controller/telemetry/controller-metrics.ts';
import { conductorMetrics } from '../worker/cluster/conductor-metrics.ts';
import { decodeMetrics } from '../worker/cluster/decode-metrics.ts';
import { stageMetrics } from '../worker/cluster/stage-metrics.ts';

/** A metric of facefleet's own, as its process registers it. */
export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Beside those that every metric of the process has. */
  readonly labels: readonly string[];
}

/** A kind of process, and what it measures. */
export interface MetricSource {
  readonly process: string;
  /** On every metric of the process. */
  readonly labels: readonly string[];
  readonly families: readonly MetricFamily[];
}

const INTRODUCTION = `# Metrics

What \`/metrics\` of each process serves for Prometheus, beside the metrics of Node and of the process (\`nodejs_…\`, \`process_…\`). The chart can make the
monitors, alerts and a Grafana dashboard of them ([install](../install.md#watch-it)); the monitors add the labels \`namespace\`, \`pod\` and
\`extraction_name\`. The label \`extraction\` is the uid of the Extraction, with \`-r1\` and so on after it was planned anew with other passes.

This page is generated from the processes' registries; \`npm run docs:metrics\` writes it anew.
`;

/** All processes that serve metrics. */
export function metricSources(): readonly MetricSource[] {
  return [
    source('The controller', [], controllerMetrics().registry),
    source('A conductor', ['extraction'], conductorMetrics({}).registry),
    source('A stage worker', ['extraction', 'worker', 'pass'], stageMetrics({}).registry),
    source('A decode worker', ['extraction', 'worker'], decodeMetrics({}).registry),
  ];
}

/** The text of docs/reference/metrics.md. */
export function metricsDocs(): string {
  return [INTRODUCTION, ...metricSources().map(section)].join('\n');
}

function source(process: string, labels: readonly string[], registry: Registry): MetricSource {
  const families = registry.getMetricsAsArray().map((metric) => ({
    name: metric.name,
    type: String(metric.type),
    help: metric.help,
    // prom-client's types do not show them
    labels: 'labelNames' in metric ? (metric.labelNames as readonly string[]) : [],
  }));
  return { process, labels, families: families.filter(({ name }) => name.startsWith('facefleet_')) };
}

function section({ process, labels, families }: MetricSource): string {
  const common = labels.length === 0 ? '' : `On all of them: ${labels.map(code).join(', ')}.\n\n`;
  const rows = families.map(
    ({ name, type, help, labels }) =>
      `| ${code(name)} | ${type} | ${labels.map(code).join(', ')} | ${help} |\n`,
  );
  return `## ${process}\n\n${common}| metric | type | labels | |\n|---|---|---|---|\n${rows.join('')}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
