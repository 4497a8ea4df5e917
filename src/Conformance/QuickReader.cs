using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;
using Hl7.Fhir.Validation;
using Node = Hl7.Fhir.Model.Base;

namespace Dicom2Fhir.Conformance;

/// <summary>
/// Reads FHIR JSON in half of the time of the SDK's strict parser, which spends more on looking for faults than on reading: the parser without these checks, and a walk over
/// what came out that lets pass only what is beyond doubt. What is in doubt is not refused: the strict parser decides.
/// </summary>
public static class QuickReader
{
    static readonly BaseFhirJsonDeserializer Unchecked = new(ModelInfo.ModelInspector, new DeserializerSettings().UsingMode(DeserializationMode.Strict) with { Validator = null });

    static readonly ConcurrentDictionary<Type, TypeCheck> Checks = new();

    /// <param name="json">UTF-8, one resource.</param>
    /// <returns>What the strict parser gives; null when it has to be asked.</returns>
    public static Resource? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            if (!ElementNames.AreExact(json)) return null;
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
            return Unchecked.TryDeserializeResource(ref reader, out var resource, out _) && !reader.Read() && IsCertain(resource, isInside: false) ? resource : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException or OverflowException or CodedException or DeserializationFailedException)
        {
            return null;
        }
    }

    // isInside: of another resource.
    static bool IsCertain(Node node, bool isInside)
    {
        if (node.HasOverflow || node is IDynamicType) return false;
        if (node is PrimitiveType primitive) return primitive is not XHtml && primitive.JsonValue is not null && !primitive.HasElements && primitive.HasValidValue();
        if (isInside && node is DomainResource { Contained.Count: > 0 }) return false;

        if (!Checks.TryGetValue(node.GetType(), out var check)) check = Checks.GetOrAdd(node.GetType(), TypeCheck.Of);
        if (check.Elements is null) return false;
        isInside |= node is Resource;
        var isFilled = false;
        foreach (var element in check.Elements)
        {
            if (!node.TryGetValue(element.Name, out var value))
            {
                if (element.IsMandatory) return false;
                continue;
            }

            isFilled = true;
            if (!element.Takes(value)) return false;
            if (value is Node single)
            {
                if (!element.Allows(single) || !IsCertain(single, isInside)) return false;
            }
            else
            {
                foreach (var item in (IList)value)
                {
                    if (item is not Node one || !element.Allows(one) || !IsCertain(one, isInside)) return false;
                }
            }
        }

        return isFilled;
    }

    /// <param name="Elements">Null when the SDK has rules for the type that are not known here.</param>
    sealed record TypeCheck(ElementCheck[]? Elements)
    {
        public static TypeCheck Of(Type type)
        {
            if (ModelInfo.ModelInspector.FindOrImportClassMapping(type) is not { ValidationAttributes.Length: 0 } mapping) return new TypeCheck(Elements: null);
            var isKnown = mapping.PropertyMappings.All(property => property.ValidationAttributes.All(rule => rule is CardinalityAttribute or AllowedTypesAttribute));
            return new TypeCheck(isKnown ? [.. mapping.PropertyMappings.Select(property => new ElementCheck(property))] : null);
        }
    }

    sealed class ElementCheck(PropertyMapping property)
    {
        readonly CardinalityAttribute cardinality = property.ValidationAttributes.OfType<CardinalityAttribute>().SingleOrDefault() ?? new CardinalityAttribute { Max = -1 };
        readonly AllowedTypesAttribute[] allowed = [.. property.ValidationAttributes.OfType<AllowedTypesAttribute>()];
        readonly ConcurrentDictionary<Type, bool> taken = new();
        readonly ConcurrentDictionary<Type, bool> allows = new();

        public string Name { get; } = property.Name;

        public bool IsMandatory => cardinality.Min > 0;

        /// <summary>A value, or a list of values, of the element's type, and as many as there may be.</summary>
        public bool Takes(object value)
        {
            var count = value is IList list ? list.Count : 1;
            if (count < Math.Max(cardinality.Min, 1) || (cardinality.Max >= 0 && count > cardinality.Max)) return false;
            return taken.GetOrAdd(value.GetType(), (type, property) => type.IsAssignableTo(property.PropertyType) && (type.IsAssignableTo(typeof(Node)) || type.IsAssignableTo(typeof(IList))), property);
        }

        /// <summary>The SDK's rule looks at the type of a value alone, so it is asked once a type.</summary>
        public bool Allows(Node value) => allowed.Length == 0 || allows.GetOrAdd(value.GetType(), (_, it) => allowed.All(rule => rule.Validate(it, Nowhere(it)).Count == 0), value);

        static PocoValidationContext Nowhere(Node value) => new(value, ModelInfo.ModelInspector, () => "", null, null, NarrativeValidationKind.None);
    }

    /// <summary>Without its checks the parser reads "Status" as "status"; in the object it cannot be told any more.</summary>
    static class ElementNames
    {
        const int Longest = 100;

        // Every name of the model as (name, resource type that has it; null: a data type), without those that differ from a commoner one by case alone (ChargeItem.bodysite).
        static readonly (string Name, string? Of)[] All = [.. Named().Distinct()];
        static readonly FrozenSet<string> Usual = All.GroupBy(row => row.Name, StringComparer.OrdinalIgnoreCase)
            .Where(same => same.Where(row => row.Of is null).Take(2).Count() < 2)
            .Select(same => same.GroupBy(row => row.Name, StringComparer.Ordinal).MaxBy(name => (name.Any(row => row.Of is null), name.Count()))!.Key).ToFrozenSet(StringComparer.Ordinal);

        static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Names = Usual.GetAlternateLookup<ReadOnlySpan<char>>();

        // A type that has one of the others is in doubt.
        static readonly FrozenSet<string> Types = ModelInfo.SupportedResources.Except(All.Where(row => !Usual.Contains(row.Name)).Select(row => row.Of), StringComparer.Ordinal).OfType<string>().ToFrozenSet(StringComparer.Ordinal);

        public static bool AreExact(ReadOnlySpan<byte> json)
        {
            Span<char> text = stackalloc char[Longest];
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.ValueIsEscaped || reader.ValueSpan.Length > Longest) return false;
                if (reader.ValueTextEquals("resourceType"u8))
                {
                    if (!reader.Read() || reader.TokenType != JsonTokenType.String || !Types.Contains(reader.GetString()!)) return false;
                    continue;
                }

                var name = reader.ValueSpan is [(byte)'_', .. var bare] ? bare : reader.ValueSpan;
                if (Ascii.ToUtf16(name, text, out var length) != System.Buffers.OperationStatus.Done || !Names.Contains(text[..length])) return false;
            }

            return true;
        }

        // More than there are (every type behind every choice): a name too many is an element that the parser does not know.
        static IEnumerable<(string, string?)> Named()
        {
            var types = ModelInfo.ModelInspector.ClassMappings.Where(mapping => !mapping.IsResource && !mapping.IsBackboneType).Select(mapping => char.ToUpperInvariant(mapping.Name[0]) + mapping.Name[1..]).ToList();
            foreach (var mapping in ModelInfo.ModelInspector.ClassMappings)
            {
                var of = (mapping.NativeType.DeclaringType ?? mapping.NativeType) is var type && typeof(Resource).IsAssignableFrom(type) ? ModelInfo.GetFhirTypeNameForType(type) : null;
                foreach (var property in mapping.PropertyMappings)
                {
                    yield return (property.Name, of);
                    if (property.Choice != ChoiceType.DatatypeChoice) continue;
                    foreach (var choice in types) yield return (property.Name + choice, of);
                }
            }
        }
    }
}
