// Deleting a recording: what goes, what stays, asked before it happens.

import { del } from "../api.js";
import { confirm } from "./dialog.js";
import { toast, toastError } from "./toast.js";

/** Ask, delete `recording`, and call `onGone()` where it went. */
export async function deleteRecording(recording, onGone) {
  const sure = await confirm(
    "Delete this recording?",
    "Its sound, your label and your note go, and the key they were sealed with is destroyed. This cannot be taken back. What VSR already learnt from it stays until you train again.",
    { yes: "Delete", no: "Keep", care: true },
  );
  if (!sure) return;
  try {
    await del(`/api/recordings/${recording.id}`);
    toast("Deleted");
    await onGone();
  } catch (error) {
    toastError(error);
  }
}
