// `npm run test:soak`: many watches on servers that are cut, stalled, killed and restarted, until what they hold is
// compared with what is stored. Its last line is one JSON object; it exits with 1 when anything is not as it must be.
import { parseArgs } from 'node:util';
import { soakOneEpoch } from './oneEpoch.ts';
import { soakPartOne } from './partOneMinutes.ts';
import { soak } from './storm.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    predictions: { type: 'string', default: '100000' },
    sessions: { type: 'string', default: '100' },
    /** How long the storm lasts. */
    seconds: { type: 'string', default: '180' },
    /** Fewer are not enough to say anything. */
    disconnects: { type: 'string', default: '1000' },
    /** Instead: so many minutes against a server that offers part 1 of the wire contract alone. */
    'part-one-minutes': { type: 'string' },
    /** Instead: jobs of one epoch and many steps, on such a server. */
    'one-epoch': { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const minutes = values['part-one-minutes'];
const storm = {
  predictions: Number(values.predictions),
  sessions: Number(values.sessions),
  seconds: Number(values.seconds),
  disconnects: Number(values.disconnects),
};
const { result, problems } = await (values['one-epoch']
  ? soakOneEpoch({ seed })
  : minutes === undefined
    ? soak({ seed, ...storm })
    : soakPartOne({ seed, minutes: Number(minutes) }));
for (const problem of problems) console.log(problem);
console.log(JSON.stringify(result));
process.exit(problems.length > 0 ? 1 : 0);
