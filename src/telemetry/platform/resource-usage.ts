import { GraphQLDateTimeISO, GraphQLSafeInt } from "graphql-scalars";
import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { AtMost } from "#src/platform/field-bounds.js";
import { mostInterfaces } from "./host-counters.js";

const bytes = (description: string) => Field(() => GraphQLSafeInt, { description });
const text = (description: string) => Field(() => String, { description });
const share = (description: string) => Field(() => Float, { description });
const figure = (description: string) => Field(() => Float, { nullable: true, description });

@ObjectType({ description: "How busy the processors of a host are." })
export class CpuUsage {
  @share("Share of the time in which its cores worked, 0 to 1.")
  share!: number;

  @figure("The same of the core that worked most.")
  busiestCoreShare!: number | null;

  @Field(() => Int, { description: "How many cores it has." })
  cores!: number;

  @figure("Programs that ran or waited for a core, as a mean of the last minute; null on Windows.")
  load1!: number | null;
}

@ObjectType({ description: "The memory of a host." })
export class MemoryUsage {
  @bytes("All of it, in bytes.")
  total!: number;

  @bytes("What is in use, in bytes: all but what is available.")
  used!: number;

  @bytes("What programs can still have, in bytes.")
  available!: number;
}

@ObjectType({ description: "A disk of a host." })
export class DiskUsage {
  @text("Where it is mounted.")
  mount!: string;

  @bytes("Its size, in bytes.")
  total!: number;

  @bytes("What is in use, in bytes.")
  used!: number;

  @figure("Bytes that were read in a second; null where that is not told.")
  readPerSecond!: number | null;

  @figure("Bytes that were written in a second; null where that is not told.")
  writePerSecond!: number | null;
}

@ObjectType({ description: "A network interface of a host." })
export class NetworkUsage {
  @text("Its name, such as `eth0`.")
  interface!: string;

  @share("Bytes that were received in a second.")
  rxPerSecond!: number;

  @share("Bytes that were sent in a second.")
  txPerSecond!: number;
}

@ObjectType({ description: "A GPU of a host. It is measured every 30 seconds." })
export class GpuUsage {
  @text("What it is.")
  model!: string;

  @share("Share of the time in which it worked, 0 to 1.")
  share!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: "Its memory in use, in bytes; null where that is not told.",
  })
  memoryUsed!: number | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: "Its memory, in bytes; null where that is not told." })
  memoryTotal!: number | null;
}

@ObjectType({ description: "A process of Atrium on a host." })
export class ProcessUsage {
  @Field(() => ID, { description: "Its twin, of which charts can be drawn." })
  twinId!: string;

  @text("What it was started as: `start`, `api` or `worker`.")
  role!: string;

  @Field(() => Int, { nullable: true, description: "Its number on the host." })
  pid!: number | null;

  @figure("Share of one core that it used; above 1 when it used several. Null after a first measurement.")
  cpuShare!: number | null;

  @Field(() => GraphQLSafeInt, { description: "Memory that it holds, in bytes." })
  residentBytes!: number;

  @Field(() => GraphQLSafeInt, { description: "Memory of its JavaScript objects, in bytes." })
  heapUsedBytes!: number;

  @figure("1 in 100 turns of its event loop came later than so many seconds.")
  eventLoopLagP99Seconds!: number | null;

  @figure("GraphQL operations that ended in a second; null after a first measurement.")
  operationsPerSecond!: number | null;

  @Field(() => Int, { description: "WebSockets and event streams that are open." })
  openSockets!: number;
}

/** Disks, GPUs and processes of one host. */
const most = 64;

@ObjectType({
  description: "What a host of the installation has in use: the latest points of its twin and those of its processes.",
})
export class ResourceUsage {
  @text("Give it as `after` to go on behind this measurement.")
  cursor!: string;

  @Field(() => ID, { description: "The twin of the host, of which charts can be drawn." })
  twinId!: string;

  @text("The name of the host.")
  host!: string;

  @Field(() => GraphQLDateTimeISO, { description: "When it was measured." })
  at!: Date;

  @Field(() => CpuUsage, { description: "Its processors." })
  cpu!: CpuUsage;

  @Field(() => MemoryUsage, { nullable: true, description: "Its memory; null where that is not told." })
  memory!: MemoryUsage | null;

  @AtMost(most)
  @Field(() => [DiskUsage], { description: "The disk that holds Atrium's data folder; empty without such a folder." })
  disks!: DiskUsage[];

  @AtMost(mostInterfaces)
  @Field(() => [NetworkUsage], {
    description: "Its network interfaces; empty after a first measurement, for they are rates.",
  })
  network!: NetworkUsage[];

  @AtMost(most)
  @Field(() => [GpuUsage], { nullable: true, description: "Its GPUs; null when it has none that can be measured." })
  gpus!: GpuUsage[] | null;

  @AtMost(most)
  @Field(() => [ProcessUsage], { description: "The processes of Atrium on it." })
  processes!: ProcessUsage[];
}
