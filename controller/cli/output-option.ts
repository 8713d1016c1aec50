import { Option } from 'commander';

/** `-o text|json`. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'what is printed').choices(['text', 'json']).default('text');
}
