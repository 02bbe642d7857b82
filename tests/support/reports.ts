import { eventually, type Person } from "./atrium.js";

export interface ReportRow {
  readonly id: string;
  readonly title: string;
  readonly format: string;
  readonly status: string;
  readonly visibility: string;
  readonly rangeFrom: string;
  readonly rangeUntil: string;
  readonly timeZone: string;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly finishedAt: string | null;
  readonly job: { readonly id: string } | null;
  readonly file: {
    readonly id: string;
    readonly name: string;
    readonly contentType: string;
    readonly size: number;
    readonly url: string;
  } | null;
  readonly sections: readonly { readonly title: string; readonly chart: string; readonly series: object }[];
}

const fields = `id title format status visibility rangeFrom rangeUntil timeZone errorCode errorMessage finishedAt job { id }
  file { id name contentType size url } sections { title chart series { twinIds metric bucket aggregate percentile gaps } }`;

/** Asks for a report, and gives the id of its job. */
export const createReport = async (person: Person, input: object): Promise<string> =>
  (
    await person.query<{ createReport: { id: string } }>(
      "mutation ($input: CreateReportInput!) { createReport(input: $input) { id kind } }",
      { input },
    )
  ).createReport.id;

export const reportsOf = async (person: Person): Promise<ReportRow[]> =>
  (await person.query<{ reports: { nodes: ReportRow[] } }>(`{ reports(first: 20) { nodes { ${fields} } } }`)).reports
    .nodes;

/** The report of a job, once it is as wanted. */
export const reportOf = (person: Person, jobId: string, status: string, withinMs?: number): Promise<ReportRow> =>
  eventually(
    async () => (await reportsOf(person)).find(({ job }) => job?.id === jobId) as ReportRow,
    (report) => report?.status === status,
    withinMs,
  );

export const deleteReport = (person: Person, id: string): Promise<unknown> =>
  person.query("mutation ($id: ID!) { deleteReport(id: $id) { id title sections { title } } }", { id });

/** The bytes of a report, as whoever has its address reads them. */
export const bytesOf = async ({ file }: ReportRow): Promise<Buffer> => {
  const answer = await fetch(file?.url ?? "");
  if (!answer.ok) throw new Error(`The file answered ${answer.status}.`);
  return Buffer.from(await answer.arrayBuffer());
};
