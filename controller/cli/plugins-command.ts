import { Command } from 'commander';
import { toJSONSchema } from 'zod';
import { pluginsOf } from '../../worker/plugins/registry.ts';
import { outputOption } from './output-option.ts';

interface OptionSchema {
  readonly default?: unknown;
  readonly description?: string;
}

/** `facefleet plugins`: every detector, aligner and masker with its options. */
export function pluginsCommand(): Command {
  return new Command('plugins')
    .description('the detectors, aligners and maskers, with their options for --config')
    .addOption(outputOption())
    .action(async ({ output }: { output: string }) => {
      const rows = [];
      for (const role of ['detect', 'align', 'mask'] as const) {
        for (const plugin of (await pluginsOf(role)).values()) {
          const schema = toJSONSchema(plugin.options, { io: 'input' });
          rows.push({
            role,
            name: plugin.name,
            summary: plugin.summary,
            model: plugin.model,
            options: schema.properties ?? {},
          });
        }
      }
      if (output === 'json') {
        process.stdout.write(`${JSON.stringify(rows)}\n`);
        return;
      }
      for (const { role, name, summary, options } of rows) {
        process.stdout.write(`${role.padEnd(7)} ${name.padEnd(13)} ${summary}\n`);
        for (const [option, schema] of Object.entries(options)) {
          const { default: value, description = '' } = schema as OptionSchema;
          process.stdout.write(`          ${option} = ${JSON.stringify(value)}  ${description}\n`);
        }
      }
    });
}
