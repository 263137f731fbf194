/** The units in which a time is told, from the coarsest, in seconds. */
const units = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/**
 * How long ago, in the coarsest unit that says something; a clock that runs behind reads as now.
 *
 * @param language BCP 47
 * @param justNow what to say of the last five seconds
 */
export function ago(milliseconds: number, language: string, justNow: string): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (!(seconds >= 5)) return justNow;
  const [unit, length] = units.find(([, least]) => seconds >= least) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(
    -Math.floor(seconds / length),
    unit,
  );
}
