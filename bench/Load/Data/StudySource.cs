using System.Globalization;

namespace Dicom2Fhir.Load.Data;

/// <summary>
/// Hospital-like studies: each is a pure function of seed and index, so any range can be made again, in any order, on any machine. Messy data lack
/// sites, sides, contrast, technique, times and modalities the way devices do: some always, most now and then.
/// </summary>
sealed class StudySource(ulong seed, bool messy)
{
    const ulong ForStudy = 1, ForUid = 2, ForPatient = 3, ForSeries = 4;

    // A patient's studies lie within one group; the shares follow a square law from 200 studies down to 1 (half of the patients have one).
    const int Group = 20_000;
    const int PatientsOfGroup = Group / 2;

    static readonly DateOnly FirstDay = new(2010, 1, 1);
    const int Days = (15 * 365) + 4;

    static readonly int[] Steps = Cumulative();

    public bool Messy { get; } = messy;

    public MadeStudy this[long index]
    {
        get
        {
            var dice = Dice.Of(seed, ForStudy, index);
            var protocol = Draw(ref dice);
            var patient = PatientOf(index);
            var day = Day(ref dice);
            var clock = new TimeOnly(Hour(ref dice), dice.Next(60), dice.Next(60));
            var device = dice.Next(DevicesOf(protocol.Modality));
            var series = Series(ref dice, index, protocol, device);
            var hasDay = !Messy || !dice.Chance(0.004);
            var hasClock = hasDay && !(Messy && dice.Chance(0.03));
            return new MadeStudy(
                index, Hex(ForUid, index), Uid(ForStudy, index), patient, Hex(ForPatient, patient), hasDay ? day : null, hasClock ? clock : null, protocol,
                Messy && dice.Chance(0.05) ? null : protocol.Description, series);
        }
    }

    public IEnumerable<MadeStudy> Range(long from, long count)
    {
        for (var index = from; index < from + count; index++) yield return this[index];
    }

    /// <summary>Number of the patient of a study.</summary>
    public static long PatientOf(long index)
    {
        // 7,919 is prime to the group: neighbours in number are no neighbours in rank
        var rank = (double)(index % Group * 7_919 % Group) / Group;
        return (index / Group * PatientsOfGroup) + (long)(PatientsOfGroup * rank * rank);
    }

    /// <summary>UID of an instance; 2.25 and 128 bits (PS3.5 annex B.2).</summary>
    public string InstanceUid(MadeStudy study, MadeSeries series, int number) =>
        Uid(ForSeries, Dice.Of(seed, ForUid, (study.Index << 16) | (uint)((series.Number << 24) + number)).Next());

    List<MadeSeries> Series(ref Dice dice, long index, Protocol protocol, int device)
    {
        var count = dice.Between(protocol.Series.Least, protocol.Series.Most);
        var contrast = dice.Chance(protocol.Contrast);
        var statesContrast = protocol.Contrast > 0 && !(Messy && device % 3 == 1);
        var side = protocol.Paired ? dice.Next(20) switch { < 9 => "R", < 18 => "L", _ => "B" } : null;
        var habit = DeviceHabit(protocol.Modality, device);
        var made = new List<MadeSeries>(count + 1);
        for (var number = 1; number <= count; number++)
        {
            // the first series of an examination with contrast is often the native one
            bool? given = !statesContrast || (Messy && dice.Chance(0.1)) ? null : contrast && (number > 1 || count == 1 || dice.Chance(0.6));
            if (given == false && dice.Chance(0.5)) given = null;
            var modality = protocol.Modality == "PT" && number % 2 == 0 ? "CT" : protocol.Modality;
            made.Add(One(ref dice, index, number, modality, protocol, side, given, device, habit));
        }

        if (protocol.Modality is "CT" or "XA" or "PT" && dice.Chance(0.4)) made.Add(Companion(index, count + 1, "SR", device));
        else if (dice.Chance(0.02)) made.Add(Companion(index, count + 1, "KO", device));
        return made;
    }

    MadeSeries One(ref Dice dice, long index, int number, string modality, Protocol protocol, string? side, bool? contrast, int device, Habit habit)
    {
        var region = protocol.Regions[(number - 1) % protocol.Regions.Count];
        var (site, text) = ((Site?)region, (string?)null);
        if (Messy && (habit == Habit.NoSite || dice.Chance(0.25))) (site, text) = (null, "");
        else if (Messy && dice.Chance(0.1)) (site, text) = (null, "SERIE " + (char)('A' + dice.Next(26)));
        string? modalityText = null;
        var code = modality;
        if (Messy && dice.Chance(0.004)) (code, modalityText) = ("OT", dice.Chance(0.5) ? "" : "XX" + number.ToString(CultureInfo.InvariantCulture));
        if (Messy && (habit == Habit.NoSide || dice.Chance(0.2))) side = null;
        var instances = Math.Max(1, protocol.Instances <= 2 ? protocol.Instances : dice.Between(protocol.Instances / 2, protocol.Instances * 3 / 2));
        var technique = Messy && dice.Chance(0.15) ? new Technique() : TechniqueOf(ref dice, modality);
        var description = Messy && dice.Chance(0.1) ? null : string.Create(CultureInfo.InvariantCulture, $"{modality} {number} {Words[dice.Next(Words.Length)]}");
        return new MadeSeries(Uid(ForSeries, (index << 8) | (uint)number), number, code, modalityText, site, text, side, contrast, description, instances, device, technique);
    }

    MadeSeries Companion(long index, int number, string modality, int device) =>
        new(Uid(ForSeries, (index << 8) | (uint)number), number, modality, null, null, "", null, null, modality == "SR" ? "Dosisbericht" : null, 1, device, new Technique());

    static Technique TechniqueOf(ref Dice dice, string modality) => modality switch
    {
        "CT" => new Technique
        {
            Kvp = Volts[dice.Next(Volts.Length)], Dose = dice.Between(10, 450) / 10m, Current = dice.Between(40, 600), ExposureTime = dice.Between(250, 1000),
            Kernel = Kernels[dice.Next(Kernels.Length)], SliceThickness = Thicknesses[dice.Next(Thicknesses.Length)],
        },
        "MR" => new Technique
        {
            Field = dice.Chance(0.6) ? 1.5m : 3m, EchoTime = dice.Between(10, 1200) / 10m, RepetitionTime = dice.Between(5, 9000), FlipAngle = dice.Between(5, 180),
            SliceThickness = Thicknesses[dice.Next(Thicknesses.Length)],
        },
        "CR" or "DX" or "MG" => new Technique { Kvp = modality == "MG" ? dice.Between(25, 35) : dice.Between(50, 125), Current = dice.Between(50, 400), ExposureTime = dice.Between(2, 900) },
        _ => new Technique(),
    };

    // Growth of the archive: later years have more; Saturday and Sunday a quarter.
    static DateOnly Day(ref Dice dice)
    {
        while (true)
        {
            var day = FirstDay.AddDays((int)(Days * Math.Pow(dice.Share(), 0.75)));
            if (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) || dice.Chance(0.25)) return day;
        }
    }

    // Never between 2 and 4: the hour of the clock change would make local times ambiguous.
    static int Hour(ref Dice dice) => dice.Chance(0.85) ? dice.Between(7, 17) : dice.Chance(0.2) ? dice.Next(2) : dice.Between(18, 23);

    static Protocol Draw(ref Dice dice)
    {
        var point = dice.Next(Steps[^1]);
        var found = Array.BinarySearch(Steps, point + 1);
        return Protocol.All[found >= 0 ? found : ~found];
    }

    static int[] Cumulative()
    {
        var steps = new int[Protocol.All.Count];
        for (var i = 0; i < steps.Length; i++) steps[i] = Protocol.All[i].Weight + (i > 0 ? steps[i - 1] : 0);
        return steps;
    }

    static int DevicesOf(string modality) => modality is "CT" or "MR" or "DX" or "US" ? 12 : 4;

    enum Habit { None, NoSite, NoSide }

    // Some devices never fill an attribute in.
    static Habit DeviceHabit(string modality, int device) => ((device + modality[0]) % 8) switch { 3 => Habit.NoSite, 5 => Habit.NoSide, _ => Habit.None };

    static readonly decimal[] Volts = [80, 100, 100, 120, 120, 120, 140];
    static readonly decimal[] Thicknesses = [0.6m, 1, 1.5m, 2, 3, 3, 5, 5];
    static readonly string[] Kernels = ["Br40", "Br44", "Bl57", "Hr60", "B30f"];
    static readonly string[] Words = ["axial", "koronar", "sagittal", "1.5 mm", "3 mm", "dünn", "MPR", "Rekonstruktion", "Verlauf", "Standard"];

    string Hex(ulong purpose, long number)
    {
        var dice = Dice.Of(seed, purpose, number);
        return string.Create(CultureInfo.InvariantCulture, $"{dice.Next():x16}{dice.Next():x16}");
    }

    string Uid(ulong purpose, ulong number)
    {
        var dice = Dice.Of(seed, purpose, (long)number);
        return string.Create(CultureInfo.InvariantCulture, $"2.25.{new UInt128(dice.Next(), dice.Next())}");
    }

    string Uid(ulong purpose, long number) => Uid(purpose, (ulong)number);
}
