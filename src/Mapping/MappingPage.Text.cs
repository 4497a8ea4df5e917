namespace Dicom2Fhir.Mapping;

/// <summary>The parts of docs/mapping.md that are text.</summary>
public static partial class MappingPage
{
    const string Rules =
        """
        ## Rules

        - Many instances make one value: equal in all that state it, else the element is left out with the finding `varies`. Modality and
          descriptions: the most frequent (tie: ordinal smallest). Started: the earliest. Number: the smallest. Left with right: bilateral.
          Contrast: any given is true, else any denied is false, else the extension is absent.
        - Many frames make one value the same way. A value the frames disagree about is kept as that fact alone; 100,000 frames cost no more
          than one.
        - A value without a code is left out and counted (finding `unmapped` with the raw value), never sent as text in a coded element. Radiopharmaceuticals,
          procedures and reasons may be text: their concepts say so.
        - Numbers: value, unit word, UCUM system and code exactly as the profile's patterns; zeros behind the point are dropped, so that 120 and
          120.00 are one value. The guards (finding `guard`): field strength above 20 is gauss (6 of 36 real values were), outside 0.01 to 15 T none;
          PT dose below 100,000 is MBq, NM dose above 100,000 is Bq; body height above 3 is cm; weight outside 0.3 to 400 kg, height outside
          20 to 300 cm, a tracer time below 0 or above 24 h, spacing, thickness, voltage, frequency and half-life not above 0 are left out.
        - Slice thickness stands at the instances, and at the series when all agree: so both search parameters find it.
        - Dates and times: DA `YYYYMMDD` or `YYYY.MM.DD`; TM `HHMM`, `HHMMSS` with up to six digits of a fraction, or with colons. An hour alone
          leaves the date. Fractions are cut to milliseconds. Second 60 becomes 59. A time the clock change skipped moves forward, of a repeated
          one the first is meant (finding `clock-change`). A wrong offset in (0008,0201) is ignored (finding `bad-zone`).
        - Free text (`Mapping__TextHints`: `series` by default, `all`, `off`) is asked only where no attribute states body site, side or contrast.
          A study with such a value has `meta.tag` `https://dicom2fhir.org/fhir/CodeSystem/derived` with `body-site`, `laterality` or `contrast`: a portal
          excludes it by `_tag:not`.
        - Contrast agents: spellings of one substance are one agent. (0018,0010) with a word that denies (`NONE`, `OHNE KM`) names none; a word that
          only says yes (`KM`, `JA`) makes contrastBolus true without an administration. Frames that all say NO deny what the protocol names.
        - Dose: CTDIvol of a series is its own (0018,9345), else that of its irradiation events (0008,3010) in a dose report of the study, else, when the
          report has event times, that of the event it follows within two minutes. KVP of a CT series likewise; where header and report disagree the
          header wins, and an event with two sources of different voltage has no single one. Activity of PT and NM series: (0018,1074), else the one
          administration of a radiopharmaceutical dose report of the study.
        - An instance's title is the label or title its object has, else the image type as the header writes it.
        - Devices show manufacturer, model and serial number in the normal form their id is made of (trimmed, upper case, single blanks), so the
          resource never depends on which spelling came first.
        - Non-image series (SR, PR, KO, SEG, RT, ...) are series like others. Instances without a SOP class are counted, not listed.
        - Series are ordered by number, then UID; those without a number last. Instances likewise.


        """;

    const string OwnRows =
        """
        ## Own rows of a site

        `Mapping__Tables` names a file with rows that stand in the place of ours or beside them; `dicom2fhir remap` applies a changed file to what is
        stored. Blocks of a table's name, its columns and rows, tab separated; columns that are not named keep our cell:

        ```
        [BodySites]
        term	code	display
        CHEST	51185008	Thoracic structure
        THORAX	51185008	Thoracic structure

        [BodySiteSynonyms]
        spelling	scope	term
        UNSER THX	value	CHEST

        [ContrastAgents]
        word	substance	atc	snomed
        HAUSMARKE	Iohexol	V08AB02	109218004
        ```

        The file is checked at the start: an unknown table or column, a wrong number of cells, a key twice, a code outside its required value set or a
        SNOMED CT identifier with a wrong check digit ends the program with every line named.

        ## Body sites with rival codes

        Every code below is a body structure and conforms; they name one region in different editions and profiles. We send one, and a site that holds
        another in its clinical store switches by its own rows and `remap`. Searches find exactly the code that is stored.

        | Term | We send | Rivals |
        |---|---|---|

        """;

    static readonly (string Term, string Rivals)[] Rivals =
    [
        ("CHEST", "51185008 Thoracic structure (the module's examples), 816094009 (CID 4031 of 2026b)"),
        ("ABDOMEN", "80581009 Upper abdomen structure (the module's examples)"),
        ("HEAD", "none seen"),
        ("NECK", "none seen"),
        ("PELVIS", "12921003 Pelvic structure (older editions)"),
        ("BREAST", "none seen"),
        ("KNEE", "none seen"),
    ];

    const string OtherConverters =
        """
        ## Beside two known converters

        What the same header becomes elsewhere: LinuxForHealth/dicom-fhir-converter (2020) and miracum/dicom-fhir-converter 1.0.0 (2026). Each row has a
        test here.

        | Input | LinuxForHealth | miracum | here |
        |---|---|---|---|
        | id of the study | random at each run | hash of the study UID | hash of the study UID: a re-run finds it |
        | accession and study UID | accession, even empty, and UID | accession or UID: not findable by the other | both, accession as keyed hash |
        | patient | contained, full name | hash of the Patient ID cut to 9 characters | keyed pseudonym, literal reference |
        | local start time | without zone: not FHIR | Europe/Berlin always, date alone becomes midnight | (0008,0201), else the configured zone on that day; a date stays a date |
        | body part | free text as code | exact match, else a code without system | coded sequences, table, spellings; no bare code |
        | laterality U (unpaired) | `U` | 66459002 Unilateral | left out |
        | laterality of MG and DX (0020,0062) | not read | not read | read, and frames and modifiers too |
        | missing series or instance number | file dropped | file dropped | element absent |
        | values of many instances | the first file wins | the first file wins | one rule for any order |
        | several scanning sequences | not mapped | dropped | one part each |
        | view position of CR | not mapped | ignored | mapped, codes of (0054,0220) first |
        | pixel spacing | not mapped | X and Y swapped | Y is the first value |
        | no burned-in annotation | not mapped | all instance details lost | only that part is absent |
        | quantities | not mapped | unit word without code | value, unit, system and code |
        | PT dose | not mapped | divided by 1,000,000 | Bq as the profile says, MBq recognised |
        | PT radiopharmaceutical | not mapped | looked up among the nuclides: lost | code, else text with code |
        | tracer time over midnight | not mapped | wrong (absolute difference) | one day added |
        | empty contrast agent | not mapped | contrast false | no statement |
        | contrast agent | not mapped | boolean only | MedicationAdministration with ATC and SNOMED CT |
        | enhanced multi-frame objects | top level only | top level only | functional groups |
        | radiation dose report | not read | not read | CTDIvol, KVP, Observations |

        """;
}
