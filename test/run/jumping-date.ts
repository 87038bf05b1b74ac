// Loaded before the program (`node --import`): the machine's date jumps by days and years every few milliseconds, forwards
// and backwards, and differently in every process. The clock that only goes forward is left alone, as a machine does.
const now = Date.now.bind(Date);
const jumpsMs = [0, 86_400_000, -86_400_000, 31_536_000_000, -946_080_000_000, 1];
let at = process.pid;

function jumped(): number {
  if (Math.floor(performance.now()) % 7 === 0) at++;
  return now() + jumpsMs[at % jumpsMs.length]!;
}

globalThis.Date = new Proxy(Date, {
  construct: (date, args) => Reflect.construct(date, args.length === 0 ? [jumped()] : args),
  get: (date, name) => (name === "now" ? jumped : Reflect.get(date, name)),
});
