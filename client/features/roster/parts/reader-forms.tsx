import { Checkbox, Group, MultiSelect, NumberInput, Select, TagsInput, TextInput } from "@mantine/core";
import {
  type LicenceView,
  type PrivilegeView,
  type ReaderView,
  USUAL_SUBSPECIALTIES,
} from "@readroom/shared/contract/http/roster.js";
import { dayOf } from "@readroom/shared/domain/roster/zone.js";
import { useState } from "react";
import { serverClock } from "../../../kernel/clock";
import classes from "../page.module.css";
import { saveLicence, savePrivilege, saveProfile, usePools, useSites } from "../source";
import { Moment, READ_TYPES, RosterForm } from "./form";

type ReadType = "preliminary" | "final";
/** Both days may be left as they are proposed: from today where the credential holds, for a year. */
type Days = { readonly firstDay: string | null; readonly lastDay: string | null };
const daysFrom = ({ firstDay, lastDay }: Days, timeZone: string | undefined): { firstDay: string; lastDay: string } => {
  const first = firstDay ?? dayOf(serverClock.now(), timeZone ?? "UTC");
  const year = `${Number(first.slice(0, 4)) + 1}${first.slice(4).replace("02-29", "02-28")}`;
  return { firstDay: first, lastDay: lastDay ?? year };
};
const orNull = (value: number | string): number | null => (typeof value === "number" ? value : null);

export function ProfileForm({ reader, onClose }: { reader: ReaderView; onClose: () => void }) {
  const pools = usePools();
  const was = reader.profile;
  const [subspecialties, setSubspecialties] = useState(was?.subspecialties ?? ["general"]);
  const [readTypes, setReadTypes] = useState<string[]>(was?.readTypes ?? ["preliminary", "final"]);
  const [poolIds, setPoolIds] = useState(reader.poolIds);
  const [pace, setPace] = useState<number | string>(was?.rvuPerHour ?? 8);
  const [hours, setHours] = useState<number | string>(was?.maxHoursInDay ?? "");
  const [rvu, setRvu] = useState<number | string>(was?.maxRvuPerShift ?? "");
  return (
    <RosterForm
      title={`What ${reader.name} reads`}
      submit="Save"
      onClose={onClose}
      onSubmit={() =>
        saveProfile(reader.userId, {
          ...{ subspecialties, readTypes: readTypes as ReadType[], poolIds },
          ...{ rvuPerHour: orNull(pace) ?? 8, maxHoursInDay: orNull(hours), maxRvuPerShift: orNull(rvu) },
        })
      }
    >
      <TagsInput
        label="Subspecialties"
        description="Pick or type; general studies are open to everybody"
        data={[...USUAL_SUBSPECIALTIES]}
        value={subspecialties}
        onChange={setSubspecialties}
      />
      <Checkbox.Group label="Read types" value={readTypes} onChange={setReadTypes}>
        <Group mt={6}>
          {READ_TYPES.map((type) => (
            <Checkbox key={type.value} {...type} />
          ))}
        </Group>
      </Checkbox.Group>
      <MultiSelect
        label="Pools"
        data={(pools.data?.pools ?? []).map((pool) => ({ value: pool.id, label: pool.name }))}
        value={poolIds}
        onChange={setPoolIds}
        placeholder={pools.data?.pools.length ? "" : "No pools yet: add them under Pools"}
      />
      <div className={classes.row}>
        <NumberInput className={classes.half} label="RVU an hour" min={0.1} max={100} value={pace} onChange={setPace} />
        <NumberInput
          className={classes.half}
          label="Most hours in 24"
          placeholder="No limit"
          min={1}
          max={24}
          value={hours}
          onChange={setHours}
        />
        <NumberInput
          className={classes.half}
          label="Most RVU in a shift"
          placeholder="No limit"
          min={1}
          max={1000}
          value={rvu}
          onChange={setRvu}
        />
      </div>
    </RosterForm>
  );
}

function Validity({
  days,
  onChange,
  where,
}: {
  days: { firstDay: string; lastDay: string };
  onChange: (days: Days) => void;
  where: string;
}) {
  return (
    <>
      <div className={classes.row}>
        <Moment
          label="First valid day"
          type="date"
          value={days.firstDay}
          onChange={(firstDay) => onChange({ ...days, firstDay })}
        />
        <Moment
          label="Last valid day"
          type="date"
          value={days.lastDay}
          min={days.firstDay}
          onChange={(lastDay) => onChange({ ...days, lastDay })}
        />
      </div>
      <p className={classes.note}>It holds through the end of its last day {where}.</p>
    </>
  );
}

export function LicenceForm({
  userId,
  licence,
  onClose,
}: {
  userId: string;
  licence: LicenceView | null;
  onClose: () => void;
}) {
  const sites = useSites();
  const [jurisdiction, setJurisdiction] = useState(licence?.jurisdiction ?? "");
  const [number, setNumber] = useState(licence?.number ?? "");
  const [chosen, setDays] = useState<Days>({ firstDay: licence?.firstDay ?? null, lastDay: licence?.lastDay ?? null });
  const days = daysFrom(chosen, sites.data?.sites.find((site) => site.jurisdiction === jurisdiction)?.timeZone);
  const known = [...new Set((sites.data?.sites ?? []).map((site) => site.jurisdiction))];
  return (
    <RosterForm
      title={licence ? "Change the licence" : "Add a licence"}
      submit="Save"
      onClose={onClose}
      onSubmit={() => saveLicence(userId, { jurisdiction, number, ...days }, licence?.id ?? null)}
    >
      <TextInput
        label="Jurisdiction"
        description={`ISO code, such as DE or US-NY${known.length > 0 ? `. Sites here are in ${known.join(", ")}` : ""}`}
        required
        value={jurisdiction}
        onChange={(event) => setJurisdiction(event.currentTarget.value.toUpperCase())}
      />
      <TextInput label="Number" required value={number} onChange={(event) => setNumber(event.currentTarget.value)} />
      <Validity days={days} onChange={setDays} where="where the patients are" />
    </RosterForm>
  );
}

export function PrivilegeForm({
  userId,
  privilege,
  onClose,
}: {
  userId: string;
  privilege: PrivilegeView | null;
  onClose: () => void;
}) {
  const sites = useSites();
  const [siteId, setSiteId] = useState<string | null>(privilege?.siteId ?? null);
  const [readTypes, setReadTypes] = useState<string[]>(privilege?.readTypes ?? ["preliminary", "final"]);
  const [chosen, setDays] = useState<Days>({
    firstDay: privilege?.firstDay ?? null,
    lastDay: privilege?.lastDay ?? null,
  });
  const days = daysFrom(chosen, sites.data?.sites.find((site) => site.id === siteId)?.timeZone);
  return (
    <RosterForm
      title={privilege ? "Change the privileges" : "Add privileges"}
      submit="Save"
      onClose={onClose}
      onSubmit={() =>
        savePrivilege(
          userId,
          { siteId: siteId ?? "", readTypes: readTypes as ReadType[], ...days },
          privilege?.id ?? null,
        )
      }
    >
      <Select
        label="Site"
        required
        data={(sites.data?.sites ?? []).map((site) => ({
          value: site.id,
          label: `${site.name}, ${site.hospitalName}`,
        }))}
        value={siteId}
        onChange={setSiteId}
        nothingFoundMessage="No site is under contract yet"
      />
      <Checkbox.Group label="Reads there" value={readTypes} onChange={setReadTypes}>
        <Group mt={6}>
          {READ_TYPES.map((type) => (
            <Checkbox key={type.value} {...type} />
          ))}
        </Group>
      </Checkbox.Group>
      <Validity days={days} onChange={setDays} where="at the site" />
    </RosterForm>
  );
}
