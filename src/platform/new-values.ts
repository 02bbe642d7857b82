type Filled = "id" | "workspaceId" | "createdAt";
type NullableKeys<T> = { [K in keyof T]-?: null extends T[K] ? K : never }[keyof T];

/** The columns of a new row: nullable ones and those that every row gets may be left out. */
export type NewValues<T> = Omit<T, Filled | NullableKeys<T>> & Partial<T>;
