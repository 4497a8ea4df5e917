using System.Globalization;
using System.Text;
using Hl7.Fhir.Model;
using SearchParameter = Dicom2Fhir.Store.Search.SearchParameter;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>What R4 search says of one value, written over FHIR elements in memory; nothing of the parser, the index or the compiler is used.</summary>
static class Naive
{
    public static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>The elements a parameter reads; of a composite nothing.</summary>
    public static List<Base> Elements(SearchParameter parameter, Resource resource) => [.. parameter.Elements(resource).OfType<Base>()];

    /// <summary>System (null without) and code of everything a token is compared with.</summary>
    public static IEnumerable<(string? System, string Code)> Tokens(IEnumerable<Base> elements) => elements.SelectMany(IEnumerable<(string?, string)> (element) => element switch
    {
        Coding coding => [(coding.System, coding.Code!)],
        CodeableConcept concept => concept.Coding.Select(coding => ((string?)coding.System, coding.Code!)),
        Identifier identifier => [(identifier.System, identifier.Value!)],
        FhirBoolean flag => [(null, flag.Value!.Value ? "true" : "false")],
        Id or Oid or FhirString => [(null, element.ToString()!)],
        ICoded code => code.ToCodings().Select(coding => ((string?)coding.System, coding.Code!)),
        _ => [],
    });

    public static IEnumerable<string> Words(IEnumerable<Base> elements) => elements.SelectMany(IEnumerable<string?> (element) => element switch
    {
        Coding coding => [coding.Display],
        CodeableConcept concept => [.. concept.Coding.Select(coding => coding.Display), concept.Text],
        Identifier identifier => [identifier.Type?.Text],
        _ => [],
    }).OfType<string>();

    /// <summary>Without case, marks and double blanks.</summary>
    public static string Fold(string text)
    {
        var letters = text.Normalize(NormalizationForm.FormD).Where(letter => CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark);
        return string.Join(' ', string.Concat(letters).ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    public static IEnumerable<string> Strings(IEnumerable<Base> elements) => elements.OfType<PrimitiveType>().Select(element => (string)element.JsonValue!);

    public static IEnumerable<decimal> Numbers(IEnumerable<Base> elements) => elements.Select(element => element switch
    {
        PositiveInt number => number.Value,
        UnsignedInt number => number.Value,
        Integer number => number.Value,
        _ => (decimal?)null,
    }).OfType<decimal>();

    /// <summary>The range the digits of a number stand for: half a unit of the last one.</summary>
    public static bool Compare(string prefix, string text, decimal value)
    {
        var number = decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var (mantissa, exponent) = text.Split('e') is [var front, var power] ? (front, int.Parse(power, CultureInfo.InvariantCulture)) : (text, 0);
        var decimals = mantissa.Contains('.', StringComparison.Ordinal) ? mantissa.Length - mantissa.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        var half = (decimal)Math.Pow(10, exponent - decimals) / 2;
        var eq = value >= number - half && value < number + half;
        return prefix switch
        {
            "ne" => !eq,
            "gt" or "sa" => value > number,
            "lt" or "eb" => value < number,
            "ge" => value >= number,
            "le" => value <= number,
            "ap" => Math.Abs(value - number) <= Math.Abs(number) / 10,
            _ => eq,
        };
    }

    /// <summary>The literal references, with and without version; those to this server in their relative form too.</summary>
    public static IEnumerable<string> References(IEnumerable<Base> elements)
    {
        foreach (var text in elements.OfType<ResourceReference>().Select(reference => reference.Reference).OfType<string>())
        {
            foreach (var form in new[] { text, text.Split("/_history/")[0] }.Distinct())
            {
                yield return form;
                if (form.StartsWith(RandomResources.Base, StringComparison.Ordinal)) yield return form[RandomResources.Base.Length..];
            }
        }
    }

    public static IEnumerable<(string? System, string Code)> Logical(IEnumerable<Base> elements) =>
        elements.OfType<ResourceReference>().Select(reference => reference.Identifier).OfType<Identifier>().Select(identifier => ((string?)identifier.System, identifier.Value!));

    public static IEnumerable<(DateTimeOffset Low, DateTimeOffset High)> Intervals(IEnumerable<Base> elements)
    {
        foreach (var element in elements)
        {
            if (element is Period period)
            {
                var low = period.Start is null ? DateTimeOffset.MinValue : Interval(period.Start).Low;
                var high = period.End is null ? DateTimeOffset.MaxValue : Interval(period.End).High;
                if (low < high) yield return (low, high);
            }
            else if (element is PrimitiveType { JsonValue: string text })
            {
                yield return Interval(text);
            }
        }
    }

    // The table of R4 search 3.1.1.4.7 as facts: s is the search value, t the resource's.
    public static bool Compare(string prefix, string text, (DateTimeOffset Low, DateTimeOffset High) t, DateTimeOffset now)
    {
        var s = Interval(text);
        if (prefix == "ap")
        {
            var days = Math.Floor(Math.Abs((now - s.Low).TotalDays) / 10);
            var first = TimeZoneInfo.ConvertTime(s.Low, Zone).Date.AddDays(-days);
            var behind = TimeZoneInfo.ConvertTime(s.High.AddTicks(-1), Zone).Date.AddDays(1 + days);
            return t.Low < Local(behind) && t.High > Local(first);
        }

        var eq = s.Low <= t.Low && t.High <= s.High;
        return prefix switch
        {
            "ne" => !eq,
            "gt" => t.High > s.High,
            "lt" => t.Low < s.Low,
            "ge" => t.High > s.High || eq,
            "le" => t.Low < s.Low || eq,
            "sa" => t.Low >= s.High,
            "eb" => t.High <= s.Low,
            _ => eq,
        };
    }

    public static (DateTimeOffset Low, DateTimeOffset High) Interval(string text)
    {
        var parts = text.Split('T')[0].Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        if (!text.Contains('T', StringComparison.Ordinal))
        {
            var first = new DateTime(parts[0], parts.ElementAtOrDefault(1) is var month and > 0 ? month : 1, parts.ElementAtOrDefault(2) is var day and > 0 ? day : 1);
            return (Local(first), Local(parts.Length switch { 1 => first.AddYears(1), 2 => first.AddMonths(1), _ => first.AddDays(1) }));
        }

        var hasZone = text.EndsWith('Z') || text[^6] is '+' or '-';
        var moment = hasZone ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : Local(DateTime.Parse(text, CultureInfo.InvariantCulture));
        var colons = text.Split('T')[1].Count(c => c == ':') - (hasZone && !text.EndsWith('Z') ? 1 : 0);
        return (moment, moment + (text.Contains('.', StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(1) : colons == 2 ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1)));
    }

    static DateTimeOffset Local(DateTime day) => new(DateTime.SpecifyKind(day, DateTimeKind.Unspecified), Zone.GetUtcOffset(day));
}
