using System.Globalization;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>A unit as the MII profiles fix it: unit word and UCUM code, both exact.</summary>
sealed record Unit(string Word, string Code)
{
    public const string Ucum = "http://unitsofmeasure.org";

    public static Unit Kilovolt { get; } = new("kilovolt", "kV");
    public static Unit Millisecond { get; } = new("milliseconds", "ms");
    public static Unit MilliampereSecond { get; } = new("milliampere second", "mA.s");
    public static Unit Milliampere { get; } = new("milliampere", "mA");
    public static Unit Milligray { get; } = new("milligray", "mGy");
    public static Unit Tesla { get; } = new("tesla", "T");
    public static Unit Degree { get; } = new("plane angle degree", "deg");
    public static Unit Second { get; } = new("Seconds", "s");
    public static Unit Becquerel { get; } = new("Becquerel", "Bq");
    public static Unit Megabecquerel { get; } = new("Megabecquerel", "MBq");
    public static Unit Kilohertz { get; } = new("kilohertz", "kHz");
    public static Unit Hertz { get; } = new("hertz", "Hz");
    public static Unit Millimeter { get; } = new("millimeter", "mm");

    public Quantity Of(decimal value) => new() { Value = value, Unit = Word, System = Ucum, Code = Code };
}

/// <summary>A number after its guard: null when it cannot be meant; a text when the guard fired.</summary>
readonly record struct Guarded(decimal? Value, string? Text = null);

/// <summary>One attribute a measure may come from, and the factor to the measure's unit.</summary>
/// <param name="IsFirst">Of several values the first counts; else several different ones are no single value.</param>
readonly record struct Source(TagRow Row, decimal Factor = 1, bool IsFirst = false);

/// <summary>A number of a series or instance: the first source that states it in each instance, guarded, equal in all instances.</summary>
static class Measure
{
    /// <summary>
    /// Null when no instance states a number, or, with a finding, when they disagree. A zero of a whole-number attribute is what is left of a small
    /// value: a later source that is not zero wins over it.
    /// </summary>
    public static decimal? Of(Scope scope, IReadOnlyList<Source> sources, Func<decimal, Guarded> guard)
    {
        var values = new SortedSet<decimal>();
        var varied = false;
        foreach (var texts in Texts(scope, sources))
        {
            var (value, differs) = One(scope, sources, texts);
            varied |= differs;
            if (value is not { } number) continue;
            var guarded = guard(number);
            if (guarded.Text is { } text) scope.Note(Findings.Guard, sources[0].Row, string.Create(CultureInfo.InvariantCulture, $"{number}: {text}"));
            if (guarded.Value is { } kept) values.Add(Trimmed(kept));
        }

        if (varied || values.Count > 1) scope.Note(Findings.Varies, sources[0].Row, values.Count > 1 ? $"{values.Count} values" : "several values in one instance");
        return values.Count == 1 && !varied ? values.Min : null;
    }

    /// <summary>Without the zeros behind the point: "120" and "120.00" are the same content.</summary>
    public static decimal Trimmed(decimal value) => value / 1.0000000000000000000000000000m;

    static IEnumerable<string[]> Texts(Scope scope, IReadOnlyList<Source> sources)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instance in scope.Instances)
        {
            string[] texts = [.. sources.Select(source => instance[source.Row] ?? "")];
            if (texts.Any(text => text.Length > 0) && seen.Add(string.Join('\n', texts))) yield return texts;
        }
    }

    static (decimal? Value, bool Varied) One(Scope scope, IReadOnlyList<Source> sources, string[] texts)
    {
        decimal? zero = null;
        foreach (var (source, text) in sources.Zip(texts))
        {
            if (text == Reading.Varied) return (null, true);
            var parts = Scope.Split(text).Distinct(StringComparer.Ordinal).ToList();
            if (parts.Count > 1 && !source.IsFirst) return (null, true);
            if (parts.Count == 0) continue;
            if (DicomNumber.Decimal(parts[0]) is not { } number)
            {
                scope.Note(Findings.BadNumber, source.Row, Scope.Raw(parts[0]));
                continue;
            }

            if (number != 0) return (number * source.Factor, false);
            zero = 0;
        }

        return (zero, false);
    }
}

/// <summary>What a number may be in its unit. Real headers hold gauss for tesla, MBq for Bq and cm for m (each fact with its count in docs/mapping.md).</summary>
static class Guards
{
    /// <summary>Zero is a rounded small value and stays; a negative number is none.</summary>
    public static Guarded NotNegative(decimal value) => value >= 0 ? new(value) : new(null, "negative, left out");

    public static Guarded Positive(decimal value) => value > 0 ? new(value) : new(null, "not above 0, left out");

    /// <summary>Whole-body scanners reach 11.7 T and start at some hundredths; above 20 the number is gauss.</summary>
    public static Guarded Tesla(decimal value)
    {
        var tesla = value > 20 ? value / 10_000 : value;
        if (tesla is < 0.01m or > 15) return new(null, "no field strength in tesla or gauss, left out");
        return new(tesla, value > 20 ? "read as gauss" : null);
    }

    public static Guarded Becquerel(decimal value) =>
        value <= 0 ? Positive(value) : value < 100_000 ? new(value * 1_000_000, "read as MBq") : new(value);

    public static Guarded Megabecquerel(decimal value) =>
        value <= 0 ? Positive(value) : value > 100_000 ? new(value / 1_000_000, "read as Bq") : new(value);

    public static Guarded Kilogram(decimal value) => value is >= 0.3m and <= 400 ? new(value) : new(null, "no body weight in kg, left out");

    /// <summary>Metres in, centimetres out; above 3 the number is centimetres already.</summary>
    public static Guarded HeightInCentimetres(decimal value)
    {
        var centimetres = value > 3 ? value : value * 100;
        if (centimetres is < 20 or > 300) return new(null, "no body height in m or cm, left out");
        return new(centimetres, value > 3 ? "read as cm" : null);
    }
}
