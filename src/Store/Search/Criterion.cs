namespace Dicom2Fhir.Store.Search;

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
    /// <summary>The value or anything it contains (body sites).</summary>
    public bool Below { get; init; }

    /// <summary>Canonical of the value set the values are the codes of (:in, :not-in).</summary>
    public string? ValueSet { get; init; }

    internal override string PrintName() => Written + (ValueSet, Not, Below) switch
    {
        (not null, true, _) => ":not-in",
        (not null, false, _) => ":in",
        (_, true, _) => ":not",
        (_, _, true) => ":below",
        _ => "",
    };

    internal override string PrintValue() => ValueSet is not null ? Escapes.EscapeUri(ValueSet) : string.Join(',', Values.Select(value => value.Print()));
}

/// <summary>:text: the display of a coding or the text beside it begins with a word.</summary>
public sealed record TextCriterion(SearchParameter Parameter, string Written, IReadOnlyList<string> Values) : Criterion(Parameter, Written)
{
    internal override string PrintName() => Written + ":text";

    internal override string PrintValue() => string.Join(',', Values.Select(Escapes.Escape));
}

/// <param name="System">Of the identifier's type.</param>
/// <param name="Code">Of the identifier's type.</param>
public sealed record TypedIdentifier(string System, string Code, string Value)
{
    internal string Print() => $"{Escapes.Escape(System)}|{Escapes.Escape(Code)}|{Escapes.Escape(Value)}";
}

/// <summary>:of-type: an identifier by its type and value.</summary>
public sealed record OfTypeCriterion(SearchParameter Parameter, string Written, IReadOnlyList<TypedIdentifier> Values) : Criterion(Parameter, Written)
{
    internal override string PrintName() => Written + ":of-type";

    internal override string PrintValue() => string.Join(',', Values.Select(value => value.Print()));
}

public enum StringMatch
{
    /// <summary>Begins with, without case, marks and double blanks.</summary>
    Prefix,

    /// <summary>The whole value, letter for letter.</summary>
    Exact,

    /// <summary>Anywhere, folded like <see cref="Prefix"/>.</summary>
    Contains,
}

public sealed record StringCriterion(SearchParameter Parameter, string Written, IReadOnlyList<string> Values, StringMatch Match) : Criterion(Parameter, Written)
{
    internal override string PrintName() => Match switch { StringMatch.Exact => Written + ":exact", StringMatch.Contains => Written + ":contains", _ => Written };

    internal override string PrintValue() => string.Join(',', Values.Select(Escapes.Escape));
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

public sealed record NumberCriterion(SearchParameter Parameter, string Written, IReadOnlyList<NumberValue> Values) : Criterion(Parameter, Written)
{
    internal override string PrintValue() => string.Join(',', Values.Select(value => value.Text));
}

/// <param name="System">Null: none was given; the code is then looked for as code and as unit.</param>
/// <param name="Code">Null: any unit.</param>
public sealed record QuantityValue(NumberValue Number, string? System, string? Code)
{
    internal string Print() => Code is null ? Number.Text : $"{Number.Text}|{Escapes.Escape(System ?? "")}|{Escapes.Escape(Code)}";

    internal bool MatchesUnit(string system, string code, string unit) =>
        Code is null || (System is null ? Code == code || Code == unit : System == system && Code == code);
}

public sealed record QuantityCriterion(SearchParameter Parameter, string Written, IReadOnlyList<QuantityValue> Values) : Criterion(Parameter, Written)
{
    internal override string PrintValue() => string.Join(',', Values.Select(value => value.Print()));
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

/// <summary>:identifier: the logical identifier of a reference.</summary>
public sealed record ReferenceIdentifierCriterion(SearchParameter Parameter, string Written, IReadOnlyList<TokenValue> Values) : Criterion(Parameter, Written)
{
    internal override string PrintName() => Written + ":identifier";

    internal override string PrintValue() => string.Join(',', Values.Select(value => value.Print()));
}

/// <summary>One part of a composite's value.</summary>
public abstract record PartValue
{
    public sealed record OfToken(TokenValue Value) : PartValue;

    public sealed record OfQuantity(QuantityValue Value) : PartValue;

    public sealed record OfDate(DateValue Value) : PartValue;

    public sealed record OfString(string Value) : PartValue;

    internal string Print() => this switch
    {
        OfToken token => token.Value.Print(),
        OfQuantity quantity => quantity.Value.Print(),
        OfDate date => date.Value.Text,
        OfString text => Escapes.Escape(text.Value),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>Values are tuples of one value a part, all of the same element (series, component).</summary>
public sealed record CompositeCriterion(SearchParameter Parameter, string Written, IReadOnlyList<IReadOnlyList<PartValue>> Values) : Criterion(Parameter, Written)
{
    internal override string PrintValue() => string.Join(',', Values.Select(parts => string.Join('$', parts.Select(part => part.Print()))));
}

/// <param name="Missing">True: resources without any value.</param>
public sealed record MissingCriterion(SearchParameter Parameter, string Written, bool Missing) : Criterion(Parameter, Written)
{
    internal override string PrintName() => Written + ":missing";

    internal override string PrintValue() => Missing ? "true" : "false";
}

/// <summary>A chain (R4 search 3.1.1.4.15): a reference to a resource for which something holds.</summary>
/// <param name="Written">Reference parameter as written, with its type if one was given: performer:Device.</param>
/// <param name="Inner">What must hold, one a type the reference may have.</param>
/// <param name="Bases">Bases of absolute references to this server.</param>
public sealed record ChainCriterion(SearchParameter Parameter, string Written, IReadOnlyList<TypeSearch> Inner, IReadOnlyList<string> Bases) : Criterion(Parameter, Written)
{
    /// <summary>What may hold of the searched resource itself instead: the inline code behind medication.code.</summary>
    public Criterion? Inline { get; init; }

    internal override string PrintName() => $"{Written}.{Inner[0].Criteria[0].PrintName()}";

    internal override string PrintValue() => Inner[0].Criteria[0].PrintValue();
}

/// <summary>A reverse chain (R4 search 3.1.1.4.16): a resource of another type that refers to this one and for which something holds.</summary>
/// <param name="Parameter">The reference parameter of the other type.</param>
/// <param name="Written">_has.</param>
public sealed record HasCriterion(SearchParameter Parameter, string Written, string ReferenceWritten, ServedType Searched, TypeSearch Inner, IReadOnlyList<string> Bases) : Criterion(Parameter, Written)
{
    internal override string PrintName() => $"_has:{Inner.Type.Name}:{ReferenceWritten}:{Inner.Criteria[0].PrintName()}";

    internal override string PrintValue() => Inner.Criteria[0].PrintValue();
}

/// <summary>The resource is in the compartment of a patient: one of the parameters refers to it. Part of the path, never printed.</summary>
/// <param name="Members">Reference parameters of the type; for Patient none, the patient itself is its compartment.</param>
public sealed record CompartmentCriterion(SearchParameter Parameter, string PatientId, IReadOnlyList<ReferenceCriterion> Members) : Criterion(Parameter, "")
{
    internal override string PrintValue() => throw new System.Diagnostics.UnreachableException();
}
