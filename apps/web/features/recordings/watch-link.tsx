import { CirclePlay } from "lucide-react";
import Link from "next/link";
import { Button } from "../../components/ui/button.tsx";
import { recordingPath } from "./recording-words.ts";

/** The way from an ended shell to what was shown in it. */
export function WatchRecording({ terminalId }: { terminalId: string }) {
  return (
    <Button size="sm" asChild>
      <Link href={recordingPath(terminalId)} prefetch={false}>
        <CirclePlay aria-hidden="true" /> Watch the recording
      </Link>
    </Button>
  );
}
