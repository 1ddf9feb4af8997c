import type { Command } from '../command.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  usage: 'doctor',
  summary: 'Show versions, what computes on this machine and how fast, and what is wrong.',
  options: {},
  async run(_invocation, engine) {
    const report = await engine.doctor();
    return {
      json: report,
      lines: [
        ...Object.entries(report.versions).map(([name, version]) => `${name} ${version}`),
        ...report.providers.map(({ name, works, imagesPerSecond, agreement }) =>
          works
            ? `${name}: ${imagesPerSecond.toFixed(0)} images/s, agreement ${agreement.toFixed(4)}`
            : `${name}: does not work here`,
        ),
        ...report.problems.map(({ code, message }) => `${code}: ${message}`),
        ...(report.problems.length === 0 ? ['No problems found.'] : []),
      ],
    };
  },
};
