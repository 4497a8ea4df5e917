using System.Diagnostics;

namespace Dicom2Fhir.Store.Search;

/// <summary>Criteria in words.</summary>
static class Meanings
{
    public static string Of(Criterion criterion) => criterion switch
    {
        MissingCriterion { Missing: true } => "resources without any value",
        MissingCriterion => "resources with some value",
        TokenCriterion { ValueSet: { } set } token => $"{(token.Not ? "none" : "one")} of the {token.Values.Count} codes of {set}",
        TokenCriterion { Below: true } => "the site or a part of it",
        TokenCriterion { Not: true } token => $"no value {Alternatives(token.Values, Token)}; resources without any value too",
        TokenCriterion token => "a value " + Alternatives(token.Values, Token),
        TextCriterion text => "words that begin with " + Alternatives(text.Values, Quoted),
        OfTypeCriterion typed => "an identifier " + Alternatives(typed.Values, value => $"of type {value.Code} with value {value.Value}"),
        StringCriterion { Match: StringMatch.Exact } text => "text that is, letter for letter, " + Alternatives(text.Values, Quoted),
        StringCriterion { Match: StringMatch.Contains } text => "text that contains " + Alternatives(text.Values, Quoted),
        StringCriterion text => "text that begins with " + Alternatives(text.Values, Quoted),
        UriCriterion { Below: true } uri => "a canonical below " + Alternatives(uri.Values, Quoted),
        UriCriterion uri => "the canonical, of any version if none is given, " + Alternatives(uri.Values, Quoted),
        NumberCriterion number => "a number " + Alternatives(number.Values, Number),
        QuantityCriterion quantity => "a quantity " + Alternatives(quantity.Values, Quantity),
        DateCriterion date => "a date " + Alternatives(date.Values, Date),
        ReferenceCriterion reference => "a reference to " + Alternatives(reference.Values, value => value.Targets[0]),
        ReferenceIdentifierCriterion logical => "a reference by the identifier " + Alternatives(logical.Values, Token),
        CompositeCriterion composite => $"{string.Join(" and ", composite.Parameter.Parts.Select(part => part.Name))} of one element: {Alternatives(composite.Values, parts => string.Join(" with ", parts.Select(part => part.Print())))}",
        ChainCriterion chain => $"a reference to a resource of type {string.Join(" or ", chain.Inner.Select(inner => inner.Type.Name))} with {chain.Inner[0].Criteria[0].PrintName()}: {Of(chain.Inner[0].Criteria[0])}"
            + (chain.Inline is null ? "" : ", or the same of the code in its place"),
        HasCriterion has => $"a resource of type {has.Inner.Type.Name} refers to it by {has.ReferenceWritten} and has {has.Inner.Criteria[0].PrintName()}: {Of(has.Inner.Criteria[0])}",
        CompartmentCriterion compartment => $"in the compartment of Patient/{compartment.PatientId}",
        _ => throw new UnreachableException(),
    };

    // More than a person reads is counted.
    static string Alternatives<T>(IReadOnlyList<T> values, Func<T, string> text) =>
        Nearest.Short(string.Join(" or ", values.Take(5).Select(text))) + (values.Count > 5 ? $" or {values.Count - 5} more" : "");

    static string Quoted(string text) => $"'{text}'";

    static string Token(TokenValue value) => (value.System, value.Code) switch
    {
        (null, _) => $"{value.Code} of any system",
        ("", _) => $"{value.Code} without system",
        (_, null) => $"any code of {value.System}",
        _ => $"{value.Code} of {value.System}",
    };

    static string Number(NumberValue value) => value.Prefix switch
    {
        Prefix.Eq => FormattableString.Invariant($"from {value.Low} to under {value.High}"),
        Prefix.Ne => FormattableString.Invariant($"under {value.Low} or from {value.High}"),
        Prefix.Ap => FormattableString.Invariant($"from {value.Low} to {value.High}"),
        Prefix.Gt or Prefix.Sa => FormattableString.Invariant($"over {value.Number}"),
        Prefix.Lt or Prefix.Eb => FormattableString.Invariant($"under {value.Number}"),
        Prefix.Ge => FormattableString.Invariant($"from {value.Number}"),
        _ => FormattableString.Invariant($"up to {value.Number}"),
    };

    static string Quantity(QuantityValue value) =>
        Number(value.Number) + (value.Code is null ? " of any unit" : value.System is null ? $" with code or unit {value.Code}" : $" with code {value.Code} of {value.System}");

    static string Date(DateValue value)
    {
        var interval = FormattableString.Invariant($"[{value.Date.Low:yyyy-MM-ddTHH:mm:ssZ}, {value.Date.High:yyyy-MM-ddTHH:mm:ssZ})");
        return value.Prefix switch
        {
            Prefix.Eq => $"within {interval}",
            Prefix.Ne => $"not within {interval}",
            Prefix.Gt => $"that ends after {interval}",
            Prefix.Lt => $"that starts before {interval}",
            Prefix.Ge => $"within {interval} or that ends after it",
            Prefix.Le => $"within {interval} or that starts before it",
            Prefix.Sa => $"that starts after {interval}",
            Prefix.Eb => $"that ends before {interval}",
            _ => $"that overlaps {interval}",
        };
    }
}
