namespace Dicom2Fhir.Store.Search;

/// <summary>What is searched: a type and the criteria that all must hold. Result parameters (_count, _elements ...) are the facade's.</summary>
public sealed record SearchRequest(ServedType Type, IReadOnlyList<Criterion> Criteria)
{
    /// <summary>The criteria as name and value, escaped as FHIR wants but not percent-encoded: parsing them gives an equal request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Print() => [.. Criteria.Select(criterion => KeyValuePair.Create(criterion.PrintName(), criterion.PrintValue()))];
}

/// <summary>One parameter of a query: its values are alternatives.</summary>
/// <param name="Written">Name as the client wrote it, without modifier: the self link shows it.</param>
public abstract record Criterion(SearchParameter Parameter, string Written)
{
    internal virtual string PrintName() => Written;

    internal abstract string PrintValue();
}

/// <param name="System">Null: any; "": codings without a system.</param>
/// <param name="Code">Null: any code of the system.</param>
public sealed record TokenValue(string? System, string? Code)
{
    internal string Print() => System is null ? Escapes.Escape(Code!) : $"{Escapes.Escape(System)}|{Escapes.Escape(Code ?? "")}";

    internal bool Matches(string system, string code) => (System is null || System == system) && (Code is null || Code == code);
}

/// <param name="Not">None of the values, resources without any value included.</param>
public sealed record TokenCriterion(SearchParameter Parameter, string Written, IReadOnlyList<TokenValue> Values, bool Not) : Criterion(Parameter, Written)
{
    internal override string PrintName() => Not ? Written + ":not" : Written;

    internal override string PrintValue() => string.Join(',', Values.Select(value => value.Print()));
}

/// <param name="Below">Version prefix or path prefix instead of equality.</param>
public sealed record UriCriterion(SearchParameter Parameter, string Written, IReadOnlyList<string> Values, bool Below) : Criterion(Parameter, Written)
{
    internal override string PrintName() => Below ? Written + ":below" : Written;

    internal override string PrintValue() => string.Join(',', Values.Select(Escapes.EscapeUri));

    /// <summary>Does a stored canonical match one of the values? Without a version any version does.</summary>
    internal bool Matches(string stored) => Values.Any(value => Below ? IsBelow(stored, value) : stored == value || stored.StartsWith(value + "|", StringComparison.Ordinal));

    static bool IsBelow(string stored, string value)
    {
        var (url, version) = Split(stored);
        var (wantedUrl, wantedVersion) = Split(value);
        if (wantedVersion is not null) return url == wantedUrl && (version == wantedVersion || version?.StartsWith(wantedVersion + ".", StringComparison.Ordinal) == true);
        return url == wantedUrl || url.StartsWith(wantedUrl.TrimEnd('/') + "/", StringComparison.Ordinal);
    }

    static (string Url, string? Version) Split(string canonical) =>
        canonical.IndexOf('|', StringComparison.Ordinal) is var bar and >= 0 ? (canonical[..bar], canonical[(bar + 1)..]) : (canonical, null);
}

public enum DatePrefix
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

/// <param name="Text">As written, prefix included.</param>
/// <param name="Date">For ap already widened.</param>
public sealed record DateValue(DatePrefix Prefix, string Text, FhirDate Date)
{
    /// <summary>R4 search 3.1.1.4.7: does the interval of a resource value match?</summary>
    internal bool Matches(DateTime low, DateTime high) => Prefix switch
    {
        DatePrefix.Eq => Contains(low, high),
        DatePrefix.Ne => !Contains(low, high),
        DatePrefix.Gt => high > Date.High,
        DatePrefix.Lt => low < Date.Low,
        DatePrefix.Ge => high > Date.High || Contains(low, high),
        DatePrefix.Le => low < Date.Low || Contains(low, high),
        DatePrefix.Sa => low >= Date.High,
        DatePrefix.Eb => high <= Date.Low,
        _ => low < Date.High && high > Date.Low,
    };

    bool Contains(DateTime low, DateTime high) => Date.Low <= low && high <= Date.High;
}

public sealed record DateCriterion(SearchParameter Parameter, string Written, IReadOnlyList<DateValue> Values) : Criterion(Parameter, Written)
{
    internal override string PrintValue() => string.Join(',', Values.Select(value => value.Text));
}

/// <param name="Text">As written.</param>
/// <param name="Targets">The stored forms that mean it.</param>
public sealed record ReferenceValue(string Text, IReadOnlyList<string> Targets);

/// <param name="TypeModifier">The type of patient:Patient=x; null without.</param>
public sealed record ReferenceCriterion(SearchParameter Parameter, string Written, IReadOnlyList<ReferenceValue> Values, string? TypeModifier) : Criterion(Parameter, Written)
{
    internal override string PrintName() => TypeModifier is null ? Written : $"{Written}:{TypeModifier}";

    internal override string PrintValue() => string.Join(',', Values.Select(value => Escapes.Escape(value.Text)));
}

/// <summary>Values are tuples of one token a part, all of the same series.</summary>
public sealed record CompositeCriterion(SearchParameter Parameter, string Written, IReadOnlyList<IReadOnlyList<TokenValue>> Values) : Criterion(Parameter, Written)
{
    internal override string PrintValue() => string.Join(',', Values.Select(parts => string.Join('$', parts.Select(part => part.Print()))));
}

/// <param name="Missing">True: resources without any value.</param>
public sealed record MissingCriterion(SearchParameter Parameter, string Written, bool Missing) : Criterion(Parameter, Written)
{
    internal override string PrintName() => Written + ":missing";

    internal override string PrintValue() => Missing ? "true" : "false";
}

/// <summary>Why a parameter was refused or ignored.</summary>
public enum QueryProblemKind
{
    /// <summary>The value does not have the form of the parameter's type.</summary>
    Invalid,

    /// <summary>A parameter or modifier this server does not offer.</summary>
    NotSupported,

    /// <summary>More values or parameters than a query may have.</summary>
    TooCostly,
}

/// <param name="Parameter">As the client wrote it, modifier included.</param>
/// <param name="Ignorable">True when lenient handling may drop the parameter instead of refusing the query.</param>
public sealed record QueryProblem(QueryProblemKind Kind, string Parameter, string Text, bool Ignorable);

/// <summary>A query understood: the request, and what could not be.</summary>
public sealed record ParsedQuery(SearchRequest Request, IReadOnlyList<QueryProblem> Problems);

/// <summary>What the parser must know beside the query.</summary>
/// <param name="Zone">Zone of search dates that state none.</param>
/// <param name="BaseUrls">The bases whose absolute references are references to this server.</param>
/// <param name="Time">For the ap prefix.</param>
public sealed record QueryContext(TimeZoneInfo Zone, IReadOnlyList<Uri> BaseUrls, TimeProvider? Time = null);
