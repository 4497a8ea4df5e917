using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>A parameter of a random query, and what it means, said without the compiler.</summary>
sealed record Meaning(string Name, string Value, Func<ImagingStudy, bool> Matches);

/// <summary>Random queries over every parameter, modifier and prefix, each with its own evaluation in memory.</summary>
sealed class RandomQueries(Random random, TimeZoneInfo zone)
{
    static readonly string[] SearchDates =
    [
        "2023", "2024", "2024-03", "2023-12", "2024-01-01", "2024-03-31", "2024-10-27", "2024-06-15", "2023-12-31T23:30:00Z", "2024-01-01T00:00", "2024-06-15T12:00:00",
        "2024-06-15T12:00:00.123+02:00", "2024-10-27T02:30:00+01:00", "2024-03-31T03:00:00+02:00",
    ];

    static readonly string[] Prefixes = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"];

    public IReadOnlyList<Meaning> Next() => [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => One())];

    Meaning One() => random.Next(14) switch
    {
        0 => Token("modality", study => study.Series.Select(series => series.Modality), RandomStudies.Dcm, RandomStudies.Modalities),
        1 => Token(Pick("series-bodysite", "bodysite"), study => study.Series.Select(series => series.BodySite), RandomStudies.Sct, RandomStudies.Sites),
        2 => Token("series-laterality", study => study.Series.Select(series => series.Laterality), RandomStudies.Sct, RandomStudies.Sides),
        3 => Token("study-modality", study => study.Modality, RandomStudies.Dcm, RandomStudies.Modalities),
        4 => Token("status", study => [new Coding("http://hl7.org/fhir/imagingstudy-status", study.Status!.Value.ToString().ToLowerInvariant())], "http://hl7.org/fhir/imagingstudy-status", ["available", "registered", "cancelled"]),
        5 => Boolean(),
        6 => Date("started", study => [study.Started]),
        7 => Date("series-started", study => study.Series.Select(series => series.Started)),
        8 => Missing(),
        9 => Composite(),
        10 => Reference(),
        11 => Identifier(),
        12 => Profile(),
        _ => Id(),
    };

    Meaning Token(string name, Func<ImagingStudy, IEnumerable<Coding?>> values, string system, string[] codes)
    {
        var wanted = Enumerable.Range(0, 1 + random.Next(2)).Select(_ => (Form: random.Next(5), Code: Pick([.. codes, "none"]))).ToList();
        bool Any(ImagingStudy study) => values(study).OfType<Coding>().Any(coding => wanted.Any(one => one.Form switch
        {
            0 or 1 => coding.Code == one.Code,
            2 => coding.Code == one.Code && coding.System == system,
            3 => coding.Code == one.Code && coding.System is null,
            _ => coding.System == system,
        }));
        var text = string.Join(',', wanted.Select(one => one.Form switch { 0 or 1 => one.Code, 2 => $"{system}|{one.Code}", 3 => $"|{one.Code}", _ => $"{system}|" }));
        return random.Next(3) == 0 ? new Meaning(name + ":not", text, study => !Any(study)) : new Meaning(name, text, Any);
    }

    static IEnumerable<bool> ContrastOf(ImagingStudy study) =>
        study.Series.SelectMany(series => series.Extension).Select(extension => ((FhirBoolean)extension.Extension[0].Value!).Value!.Value);

    Meaning Boolean()
    {
        var wanted = random.Next(2) == 0;
        return new Meaning("contrast-bolus", wanted ? "true" : "false", study => ContrastOf(study).Contains(wanted));
    }

    Meaning Missing()
    {
        var (name, has) = Pick<(string, Func<ImagingStudy, bool>)>(
            ("series-bodysite", study => study.Series.Exists(series => series.BodySite is not null)),
            ("modality", study => study.Series.Count > 0),
            ("contrast-bolus", study => ContrastOf(study).Any()),
            ("started", study => study.Started is not null),
            ("identifier", study => study.Identifier.Count > 0),
            ("performer", study => study.Series.Exists(series => series.Performer.Count > 0)),
            ("_profile", study => study.Meta!.Profile!.Any()),
            ("_id", _ => true));
        return random.Next(2) == 0 ? new Meaning(name + ":missing", "true", study => !has(study)) : new Meaning(name + ":missing", "false", has);
    }

    Meaning Composite()
    {
        var (modality, site) = (Pick(RandomStudies.Modalities), Pick(RandomStudies.Sites));
        var typed = random.Next(2) == 0;
        return new Meaning(
            "modality-body-site", typed ? $"{RandomStudies.Dcm}|{modality}${RandomStudies.Sct}|{site}" : $"{modality}${site}",
            study => study.Series.Exists(series => series.Modality.Code == modality && series.BodySite?.Code == site && (!typed || series.Modality.System == RandomStudies.Dcm)));
    }

    // The server is http://server.example/fhir: its absolute references are its relative ones.
    Meaning Reference()
    {
        if (random.Next(3) == 0)
        {
            var device = Pick("d1", "d2", "d3");
            return new Meaning("performer", Pick(device, "Device/" + device), study => study.Series.SelectMany(series => series.Performer).Any(performer => performer.Actor.Reference == "Device/" + device));
        }

        var patient = Pick("p1", "p2", "p9");
        string[] own = ["Patient/" + patient, "http://server.example/fhir/Patient/" + patient];
        return random.Next(5) == 0
            ? new Meaning("patient", "http://elsewhere.example/Patient/p1", study => study.Subject.Reference == "http://elsewhere.example/Patient/p1")
            : random.Next(4) == 0
                ? new Meaning("subject:Patient", patient, study => own.Contains(study.Subject.Reference))
                : new Meaning(Pick("patient", "subject"), Pick([patient, .. own]), study => own.Contains(study.Subject.Reference));
    }

    Meaning Identifier()
    {
        var value = Pick("A1", "A2", "urn:oid:1.2.7", "none");
        return random.Next(5) switch
        {
            0 => new Meaning("identifier", "urn:dicom:uid|" + value, study => study.Identifier.Exists(one => one.Value == value && one.System == "urn:dicom:uid")),
            1 => new Meaning("identifier", "|" + value, study => study.Identifier.Exists(one => one.Value == value && one.System is null)),
            2 => new Meaning("identifier", "http://acc.example|", study => study.Identifier.Exists(one => one.System == "http://acc.example")),
            3 => new Meaning("identifier:not", value, study => !study.Identifier.Exists(one => one.Value == value)),
            _ => new Meaning("identifier", value + ",A3", study => study.Identifier.Exists(one => one.Value == value || one.Value == "A3")),
        };
    }

    Meaning Profile() => random.Next(4) switch
    {
        0 => new Meaning("_profile", "http://x/p", study => study.Meta!.Profile!.Any(one => one == "http://x/p" || one!.StartsWith("http://x/p|", StringComparison.Ordinal))),
        1 => new Meaning("_profile", "http://x/p|2026.0.0", study => study.Meta!.Profile!.Contains("http://x/p|2026.0.0")),
        2 => new Meaning("_profile:below", "http://x/p|2025", study => study.Meta!.Profile!.Contains("http://x/p|2025.0.2")),
        _ => new Meaning("_profile:below", "http://x/p", study => study.Meta!.Profile!.Any()),
    };

    Meaning Id()
    {
        var ids = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => "s" + random.Next(60).ToString(CultureInfo.InvariantCulture)).ToList();
        return random.Next(4) == 0
            ? new Meaning("_id:not", string.Join(',', ids), study => !ids.Contains(study.Id!))
            : new Meaning("_id", string.Join(',', ids), study => ids.Contains(study.Id!));
    }

    Meaning Date(string name, Func<ImagingStudy, IEnumerable<string?>> values)
    {
        var (prefix, text) = (Pick(Prefixes), Pick(SearchDates));
        var (searchLow, searchHigh) = Interval(text);
        return new Meaning(name, prefix + text, study => values(study).OfType<string>().Select(Interval).Any(value => Compare(prefix, searchLow, searchHigh, value.Low, value.High)));
    }

    // The table of R4 search 3.1.1.4.7 as facts: s is the search value, t the resource's.
    static bool Compare(string prefix, DateTimeOffset s0, DateTimeOffset s1, DateTimeOffset t0, DateTimeOffset t1)
    {
        var eq = s0 <= t0 && t1 <= s1;
        return prefix switch
        {
            "ne" => !eq,
            "gt" => t1 > s1,
            "lt" => t0 < s0,
            "ge" => t1 > s1 || eq,
            "le" => t0 < s0 || eq,
            "sa" => t0 >= s1,
            "eb" => t1 <= s0,
            _ => eq,
        };
    }

    (DateTimeOffset Low, DateTimeOffset High) Interval(string text)
    {
        DateTimeOffset Local(DateTime day) => new(day, zone.GetUtcOffset(day));
        var parts = text.Split('T')[0].Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        if (!text.Contains('T', StringComparison.Ordinal))
        {
            var first = new DateTime(parts[0], parts.ElementAtOrDefault(1) is var month and > 0 ? month : 1, parts.ElementAtOrDefault(2) is var day and > 0 ? day : 1);
            return (Local(first), Local(parts.Length switch { 1 => first.AddYears(1), 2 => first.AddMonths(1), _ => first.AddDays(1) }));
        }

        var hasZone = text.EndsWith('Z') || text[^6] is '+' or '-';
        var moment = hasZone ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : Local(DateTime.Parse(text, CultureInfo.InvariantCulture));
        var step = text.Contains('.', StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(1) : text.Split('T')[1].Count(c => c == ':') >= (hasZone && !text.EndsWith('Z') ? 3 : 2) ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1);
        return (moment, moment + step);
    }

    T Pick<T>(params T[] values) => values[random.Next(values.Length)];
}
