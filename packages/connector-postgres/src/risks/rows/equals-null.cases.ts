import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["select * from small where note = null", "SELECT * FROM small WHERE note IS NULL"],
    ["delete from small where note <> null and id = 3", "DELETE FROM small WHERE note IS NOT NULL AND id = 3"],
    ["update small set note = 'x' where null = note", "UPDATE small SET note = 'x' WHERE note IS NULL"],
  ],
  quiet: ["select * from small where note is null", "update small set note = null where id = 1", "select * from small where note = 'null'"],
};
