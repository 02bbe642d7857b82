import { erasePrivate, type PersonalData } from "#src/platform/personal-data.js";
import { StoredFile } from "./stored-file.js";
import { Upload } from "./upload.js";

/**
 * Files stay with their workspace, brought by nobody any more; private ones go, and with the rows their bytes. An export
 * says what was brought; the bytes themselves are read at the `url` of each file.
 */
export const filesPersonalData: readonly PersonalData[] = [
  { entity: Upload, by: ["createdById"], omit: ["fileKey", "pieces"], erase: "delete" },
  { entity: StoredFile, by: ["createdById"], omit: ["fileKey", "objectKey"], erase: erasePrivate("stored_file") },
];
