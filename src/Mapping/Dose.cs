using System.Globalization;

namespace Dicom2Fhir.Mapping;

/// <summary>The dose reports of a study: CTDIvol and tube voltage for its CT series, and totals. Events that several reports repeat count once.</summary>
sealed class Dose
{
    /// <summary>A series starts at most this long after its irradiation event by the clocks of one scanner.</summary>
    static readonly TimeSpan LongestLag = TimeSpan.FromMinutes(2);

    /// <summary>CT Image, Enhanced CT Image, Legacy Converted Enhanced CT Image (PS3.4 B.5): screens and localizers of the modality CT have no event of their own.</summary>
    static readonly string[] CtClasses = ["1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"];

    /// <param name="Key">UID, without one the dose itself: the same event in two reports has the same.</param>
    sealed record Event(string Key, string Uid, decimal? Ctdi, decimal? Dlp, DateTime? Start, string Voltages);

    sealed record Report(IReadOnlyList<Event> Events, IReadOnlyList<(string Concept, decimal Value)> Totals, DateTime? Start, DateTime? End)
    {
        public HashSet<string> Keys { get; } = [.. Events.Select(one => one.Key)];
    }

    /// <summary>Administered activity (PS3.16 TID 10022).</summary>
    const string Activity = "113507";

    /// <summary>Quantity of each total: the key of its units.</summary>
    static readonly Dictionary<string, string> Quantities = new() { ["113813"] = "DLP", ["113722"] = "DAP", ["113725"] = "DOSE", [Activity] = "ACTIVITY" };

    readonly Scope study;
    readonly CodeTables tables;
    readonly List<Report> reports;
    readonly List<Event> events;

    /// <param name="study">All instances of the study.</param>
    public Dose(Scope study, CodeTables tables)
    {
        this.study = study;
        this.tables = tables;
        reports = [.. study.Instances.Where(instance => !string.IsNullOrEmpty(instance[TagMap.DoseTotals]) || !string.IsNullOrEmpty(instance[TagMap.DoseEventValues]))
            .Select(ReportOf)];
        events = [.. reports.SelectMany(report => report.Events).GroupBy(one => one.Key).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.OrderBy(one => one.ToString(), StringComparer.Ordinal).First())];
    }

    /// <summary>DLP of each irradiation event that has a UID and states it, mGy.cm.</summary>
    public IEnumerable<(string EventUid, decimal Dlp)> EventDlps() =>
        events.Where(one => one.Uid.Length > 0 && one.Dlp is not null).Select(one => (one.Uid, one.Dlp!.Value));

    /// <summary>
    /// The study's total of a concept in its UCUM unit: of reports that go on with another one the last, of reports of different events the sum. Null,
    /// with a finding, when reports overlap in another way.
    /// </summary>
    public decimal? Total(string concept)
    {
        var stated = reports.Where(report => report.Totals.Any(total => total.Concept == concept)).ToList();
        if (stated.Count == 0) return null;
        var distinct = stated.DistinctBy(report => (string.Join('|', report.Keys.Order(StringComparer.Ordinal)), Sum(report, concept))).ToList();
        var last = distinct.Where(report => !distinct.Exists(other => other != report && other.Keys.IsProperSupersetOf(report.Keys) && report.Keys.Count > 0)).ToList();
        var apart = last.Count == 1 || (last.TrueForAll(report => report.Keys.Count > 0) && last.Sum(report => report.Keys.Count) == last.SelectMany(report => report.Keys).Distinct().Count());
        if (apart) return Measure.Trimmed(last.Sum(report => Sum(report, concept)));
        study.Note(Findings.Varies, TagMap.DoseTotals, $"{last.Count} reports with different totals of {concept}");
        return null;
    }

    public string UnitOf(string concept) => tables.DoseUnits.First(pair => pair.Key.Quantity == Quantities[concept]).Value.Unit;

    /// <summary>Activity of the study's one administration in MBq; null when no report states it or several differ.</summary>
    public decimal? ActivityOf() =>
        reports.SelectMany(report => report.Totals).Where(total => total.Concept == Activity).Select(total => (decimal?)total.Value).Distinct().ToList() is [var only] ? only : null;

    /// <summary>CTDIvol of a series in mGy; null when its events state none or, with a finding, several.</summary>
    public decimal? CtdiOf(Scope series) => Single(series, TagMap.DoseEventValues, "CTDIvol", one => [one.Ctdi]);

    /// <summary>Tube voltage of a series in kV; null when its events state none or, with a finding, several (two sources of one scanner).</summary>
    public decimal? KvpOf(Scope series) =>
        Single(series, TagMap.DoseEventVoltages, "KVP", one => one.Voltages.Split('^').Select(text => Value("KVP", text)).Where(voltage => voltage > 0));

    decimal? Single(Scope series, TagRow row, string name, Func<Event, IEnumerable<decimal?>> values)
    {
        var distinct = EventsOf(series).SelectMany(values).OfType<decimal>().Distinct().ToList();
        if (distinct.Count > 1) series.Note(Findings.Varies, row, $"{distinct.Count} values of {name}");
        return distinct.Count == 1 ? distinct[0] : null;
    }

    /// <summary>
    /// The irradiation events of a series: those it names, else the one its acquisition follows, else a report's only one when the acquisition is in
    /// the report's time of irradiation.
    /// </summary>
    List<Event> EventsOf(Scope series)
    {
        if (events.Count == 0 || !series.Instances.Any(instance => CtClasses.Contains(instance[TagMap.SopClassUid]))) return [];
        var uids = series.Parts(TagMap.IrradiationEventUid).ToHashSet(StringComparer.Ordinal);
        return uids.Count > 0 ? [.. events.Where(one => uids.Contains(one.Uid))] : ByTime(series);
    }

    List<Event> ByTime(Scope series)
    {
        if (Acquisition.Start(series) is not { } start || series.Parts(TagMap.ImageType).Contains("LOCALIZER")) return [];
        var before = events.Where(one => one.Start <= start).OrderByDescending(one => one.Start).FirstOrDefault();
        if (before is not null) return start - before.Start <= LongestLag ? [before] : [];
        var around = reports.Where(report => report.Start - LongestLag <= start && start <= report.End + LongestLag)
            .SelectMany(report => report.Events).Where(one => one.Ctdi is not null).DistinctBy(one => one.Key).ToList();
        return around.Count == 1 ? around : [];
    }

    Report ReportOf(InstanceAttributes instance)
    {
        string[] uids = Parts(TagMap.DoseEventUid), starts = Parts(TagMap.DoseEventStarts), voltages = Parts(TagMap.DoseEventVoltages), times = Parts(TagMap.DoseTimes);
        var found = Parts(TagMap.DoseEventValues).Select((value, index) => EventOf(uids.ElementAtOrDefault(index) ?? "", value.Split('^'), starts.ElementAtOrDefault(index), voltages.ElementAtOrDefault(index) ?? ""))
            .OfType<Event>().ToList();
        var totals = Scope.Split(instance[TagMap.DoseTotals] ?? "").Select(total => total.Split('^')).Where(cells => cells.Length == 2 && Quantities.ContainsKey(cells[0]))
            .Select(cells => (cells[0], Value: Value(Quantities[cells[0]], cells[1]))).Where(total => total.Value is not null)
            .Select(total => (total.Item1, total.Value!.Value)).ToList();
        return new Report(found, totals, Acquisition.Local(times[0]), Acquisition.Local(times.ElementAtOrDefault(1) ?? ""));

        string[] Parts(TagRow row) => (instance[row] ?? "").Split('\\');
    }

    Event? EventOf(string uid, string[] cells, string? start, string voltages)
    {
        if (cells.Length != 2 || (uid.Length == 0 && cells.All(cell => cell.Length == 0))) return null;
        var key = uid.Length > 0 ? uid : string.Join('^', [.. cells, start]);
        return new Event(key, uid, Value("CTDI", cells[0]), Value("DLP", cells[1]), Acquisition.Local(start ?? ""), voltages);
    }

    /// <summary>"502.3 mGy.cm" in the unit of the quantity; null with a finding for a unit that is none of it.</summary>
    decimal? Value(string quantity, string text)
    {
        if (text.Length == 0) return null;
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        var (number, unit) = blank < 0 ? (text, "") : (text[..blank], text[(blank + 1)..]);
        if (DicomNumber.Decimal(number) is not { } value || value < 0)
        {
            study.Note(Findings.BadNumber, TagMap.DoseTotals, Scope.Raw(text));
            return null;
        }

        if (tables.DoseUnits.TryGetValue((quantity, unit), out var known)) return Measure.Trimmed(value * known.Factor);
        study.Note(Findings.Unmapped, TagMap.DoseTotals, string.Create(CultureInfo.InvariantCulture, $"unit {Scope.Raw(unit)} of {quantity}"));
        return null;
    }

    static decimal Sum(Report report, string concept) => report.Totals.Where(total => total.Concept == concept).Sum(total => total.Value);
}
