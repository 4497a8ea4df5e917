using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>
/// Contrast agents as MedicationAdministrations of the profile Kontrastmittelgabe: one a study and distinct agent. Two spellings of one substance are
/// one agent, and so are its code and its name in one instance.
/// </summary>
sealed class Agents(MappingOptions options)
{
    const string AbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    /// <param name="Key">Substance, else the text in normal form: what the id is made of.</param>
    sealed record Named(string Key, string Text, ContrastAgent? Known, Coding? Coding);

    /// <summary>What the series that name an agent say about its administration.</summary>
    sealed class Facts
    {
        public List<Named> Names { get; } = [];

        public SortedSet<decimal> Volumes { get; } = [];

        public SortedSet<Moment> Starts { get; } = [];

        public SortedSet<Moment> Ends { get; } = [];

        public SortedSet<string> Routes { get; } = new(StringComparer.Ordinal);

        /// <summary>A series whose own instances disagree: then the study has no single value.</summary>
        public bool VolumeVaries { get; set; }
    }

    readonly SortedDictionary<string, Facts> facts = new(StringComparer.Ordinal);

    /// <summary>Notes the agents of a series that got contrast. Returns the ids of their administrations in order.</summary>
    public IReadOnlyList<string> Add(Draft<ImagingStudy.SeriesComponent> series)
    {
        var scope = series.Scope;
        var named = scope.Instances.Select(instance => (Instance: instance, Names: NamesOf(instance, series.Tables))).Where(pair => pair.Names.Count > 0).ToList();
        foreach (var group in named.SelectMany(pair => pair.Names.Select(name => (name, pair.Instance))).GroupBy(pair => pair.name.Key))
        {
            var naming = scope with { Instances = [.. group.Select(pair => pair.Instance)] };
            if (!facts.TryGetValue(group.Key, out var fact)) facts[group.Key] = fact = new Facts();
            fact.Names.AddRange(group.Select(pair => pair.name));
            AddVolume(fact, naming);
            AddMoments(fact.Starts, naming, series.Study, TagMap.ContrastBolusStartTime);
            AddMoments(fact.Ends, naming, series.Study, TagMap.ContrastBolusStopTime);
            if (naming.Agreed(TagMap.ContrastBolusRoute) is { } route) fact.Routes.Add(route);
        }

        return [.. named.SelectMany(pair => pair.Names).Select(name => name.Key).Distinct().Select(key => IdOf(series.Study.StudyUid, key)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The administrations of the study, after all series.</summary>
    public IEnumerable<MedicationAdministration> Make(ImagingStudy study, Scope scope, StudyContext context)
    {
        foreach (var (key, fact) in facts)
        {
            if (fact.VolumeVaries || fact.Volumes.Count > 1) scope.Note(Findings.Varies, TagMap.ContrastBolusVolume, $"several volumes of {Scope.Raw(key)}: unknown");
            if (fact.Starts.Count > 1) scope.Note(Findings.Varies, TagMap.ContrastBolusStartTime, $"several starts of {Scope.Raw(key)}: unknown");
            yield return new MedicationAdministration
            {
                Id = IdOf(context.StudyUid, key),
                Meta = StudyMapper.MetaOf(Mii.MedicationAdministrationProfile, options),
                Status = MedicationAdministration.MedicationAdministrationStatusCodes.Completed,
                Medication = Medication(fact),
                Subject = (ResourceReference)study.Subject.DeepCopy(),
                Effective = EffectiveOf(fact),
                Dosage = new MedicationAdministration.DosageComponent
                {
                    Route = fact.Routes.Count == 1 ? new CodeableConcept { Text = fact.Routes.Min } : null,
                    Dose = DoseOf(fact),
                },
            };
        }
    }

    string IdOf(string studyUid, string key) => options.MakeId($"contrast|{studyUid}|{key}");

    static void AddVolume(Facts fact, Scope naming)
    {
        if (Measure.Of(naming, [new(TagMap.ContrastBolusVolume)], Guards.Positive) is { } volume) fact.Volumes.Add(volume);
        else fact.VolumeVaries |= naming.IsVaried(TagMap.ContrastBolusVolume) || naming.Parts(TagMap.ContrastBolusVolume).Distinct().Count() > 1;
    }

    static void AddMoments(SortedSet<Moment> moments, Scope naming, StudyContext study, TagRow row)
    {
        foreach (var moment in Starts.OfContrast(naming, study, row)) moments.Add(moment);
    }

    /// <summary>The agents one instance names, when it got contrast.</summary>
    static List<Named> NamesOf(InstanceAttributes instance, CodeTables tables)
    {
        if (Contrast.Of(instance, tables) is not true) return [];
        var coded = CodedItems.Of(instance, TagMap.ContrastAgentCode).Select(item => OfItem(item, tables)).OfType<Named>().ToList();
        var texts = Scope.Split(instance[TagMap.ContrastBolusAgent] ?? "").Where(word => Contrast.State(word, tables) == "named")
            .Select(word => OfText(word, tables)).OfType<Named>();

        // The text beside a coded agent is another spelling of it, unless the table knows it as another substance.
        if (coded.Count > 0) texts = texts.Where(name => name.Known is not null);
        return [.. coded.Concat(texts).DistinctBy(name => (name.Key, name.Text))];
    }

    static Named? OfItem((string Code, string Scheme, string Meaning) item, CodeTables tables)
    {
        var concept = CodedConcepts.Of(tables, item);
        if (concept is null) return null;
        var coding = concept.Coding.FirstOrDefault();
        var text = concept.Text ?? item.Code;
        var known = coding is { System: CodeSystems.Snomed, Code: { } code } ? tables.AgentsByCode.GetValueOrDefault(code) : null;
        known ??= coding is null ? Find(text, tables) : null;
        return new Named(known?.Substance.ToUpperInvariant() ?? (coding is null ? Normal(text) : $"{coding.System} {coding.Code}"), text, known, coding);
    }

    static Named? OfText(string text, CodeTables tables)
    {
        var known = Find(text, tables);
        var key = known?.Substance.ToUpperInvariant() ?? Normal(text);
        return key.Length == 0 ? null : new Named(key, text, known, null);
    }

    /// <summary>The agent whose word begins a word of the text ("11 ml Omniscan", "ISOVUE300/100"); whole words for the short ones.</summary>
    static ContrastAgent? Find(string text, CodeTables tables)
    {
        var normal = BodySites.Normal(text);
        if (tables.Agents.TryGetValue(normal, out var whole)) return whole;
        var words = normal.Split(' ');
        return tables.Agents.Where(pair => words.Any(word => word == pair.Key || (pair.Key.Length >= 5 && word.StartsWith(pair.Key, StringComparison.Ordinal))))
            .OrderByDescending(pair => pair.Key.Length).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value).FirstOrDefault();
    }

    static string Normal(string text) => FhirText.Clean(text.Replace('|', ' ')).ToUpperInvariant();

    static CodeableConcept Medication(Facts fact)
    {
        var known = fact.Names.Select(name => name.Known).FirstOrDefault(one => one is not null);
        var concept = new CodeableConcept { Text = Scope.MostFrequent(fact.Names.Select(name => name.Text)) };
        if (known is { Atc.Length: > 0 }) concept.Coding.Add(new Coding(CodeSystems.Atc, known.Atc));
        if (known is { Snomed.Length: > 0 }) concept.Coding.Add(new Coding(CodeSystems.Snomed, known.Snomed) { Display = known.Substance });
        else if (fact.Names.Select(name => name.Coding).FirstOrDefault(coding => coding is not null) is { } coding) concept.Coding.Add((Coding)coding.DeepCopy());
        return concept;
    }

    static Period EffectiveOf(Facts fact)
    {
        if (fact.Starts.Count != 1) return new Period { Extension = [Unknown()] };
        var (start, end) = (fact.Starts.Min, fact.Ends.Count == 1 ? fact.Ends.Min : (Moment?)null);
        return new Period { Start = start.Text, End = end >= start ? end.Value.Text : null };
    }

    static Quantity DoseOf(Facts fact)
    {
        var dose = new Quantity { Unit = "mL", System = Unit.Ucum, Code = "mL" };
        if (fact.Volumes.Count == 1 && !fact.VolumeVaries) dose.Value = fact.Volumes.Min;
        else dose.ValueElement = new FhirDecimal { Extension = [Unknown()] };
        return dose;
    }

    static Extension Unknown() => new(AbsentReason, new Hl7.Fhir.Model.Code("unknown"));
}
