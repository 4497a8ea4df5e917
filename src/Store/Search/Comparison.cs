using System.Globalization;

namespace Dicom2Fhir.Store.Search;

/// <summary>How a search value compares (R4 search 3.1.1.4.5).</summary>
public enum Prefix
{
    Eq,
    Ne,
    Gt,
    Lt,
    Ge,
    Le,
    Sa,
    Eb,
    Ap,
}

/// <summary>Prefixes as written.</summary>
static class Prefixes
{
    public const string List = "eq ne gt lt ge le sa eb ap";

    /// <summary>The prefix and what follows it; null when letters stand in front that are no prefix.</summary>
    public static (Prefix Prefix, string Number)? Split(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetter(text[0])) return (Prefix.Eq, text);
        if (text.Length < 3 || !char.IsAsciiLetterLower(text[0]) || !char.IsAsciiLetterLower(text[1])) return null;
        return Enum.TryParse<Prefix>(text[..2], ignoreCase: true, out var prefix) ? (prefix, text[2..]) : null;
    }
}

/// <param name="Text">As written, prefix included.</param>
/// <param name="Date">For ap already widened.</param>
public sealed record DateValue(Prefix Prefix, string Text, FhirDate Date)
{
    /// <summary>R4 search 3.1.1.4.7: does the interval of a resource value match?</summary>
    internal bool Matches(DateTime low, DateTime high) => Prefix switch
    {
        Prefix.Eq => Contains(low, high),
        Prefix.Ne => !Contains(low, high),
        Prefix.Gt => high > Date.High,
        Prefix.Lt => low < Date.Low,
        Prefix.Ge => high > Date.High || Contains(low, high),
        Prefix.Le => low < Date.Low || Contains(low, high),
        Prefix.Sa => low >= Date.High,
        Prefix.Eb => high <= Date.Low,
        _ => low < Date.High && high > Date.Low,
    };

    bool Contains(DateTime low, DateTime high) => Date.Low <= low && high <= Date.High;
}

/// <summary>A number of a query with the range its written digits stand for (R4 search 3.1.1.4.6): 404 is [403.5, 404.5), 404.0 is [403.95, 404.05).</summary>
/// <param name="Text">As written, prefix included.</param>
/// <param name="Low">Inclusive; for ap a tenth below.</param>
/// <param name="High">Exclusive; for ap a tenth above, inclusive.</param>
public sealed record NumberValue(Prefix Prefix, string Text, decimal Number, decimal Low, decimal High)
{
    // System.Decimal has 28 digits; a longer or finer number is no measurement.
    const int MostDigits = 18;
    const int MostExponent = 18;

    /// <summary>Null when the text is no number.</summary>
    public static NumberValue? Parse(string text)
    {
        if (Prefixes.Split(text) is not var (prefix, rest) || Digits(rest) is not { } scale) return null;
        var number = decimal.Parse(rest, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);
        var half = prefix == Prefix.Ap ? Math.Abs(number) / 10 : Power(scale) / 2;
        return new NumberValue(prefix, text, number, number - half, number + half);
    }

    // Exponent of the last written digit; null when the text is no number.
    static int? Digits(string text)
    {
        var (at, digits, fraction) = (text.StartsWith('-') || text.StartsWith('+') ? 1 : 0, 0, 0);
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++) digits++;
        if (at < text.Length && text[at] == '.' && digits > 0)
        {
            for (at++; at < text.Length && char.IsAsciiDigit(text[at]); at++) fraction++;
            if (fraction == 0) return null;
        }

        if (digits == 0 || digits + fraction > MostDigits) return null;
        if (at == text.Length) return -fraction;
        if (text[at] is not ('e' or 'E') || text.Length - at > 4) return null;
        return int.TryParse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && Math.Abs(exponent) <= MostExponent && digits + Math.Abs(exponent) + fraction <= MostDigits + 8
            ? exponent - fraction
            : null;
    }

    static decimal Power(int exponent)
    {
        var power = 1m;
        for (var i = 0; i < Math.Abs(exponent); i++) power *= 10;
        return exponent < 0 ? 1 / power : power;
    }
}
