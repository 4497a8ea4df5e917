using System.Collections;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>The rules of one element of a profile: demands on each value, on its children, and its slices.</summary>
sealed record ElementNode(string Name, CardinalityRule? Cardinality, Rule[] Rules, ElementNode[] Children, SliceRule[] Slices, SliceOrder Order, RuleOrigin Origin)
{
    /// <summary>Checks one value, with its children. The run stands on the value.</summary>
    public void CheckItem(Hl7.Fhir.Model.Base value, Run run)
    {
        foreach (var rule in Rules) rule.Check(value, run);
        foreach (var child in Children)
        {
            if (run.Stopped) return;
            child.CheckIn(value, run);
        }
    }

    void CheckIn(Hl7.Fhir.Model.Base parent, Run run)
    {
        var found = parent.TryGetValue(Name, out var value) ? value : null;
        var list = found as IList;
        Cardinality?.Check(list?.Count ?? (found is null ? 0 : 1), Name, null, run);
        if (found is null && Slices.Length == 0) return;
        Span<int> counts = Slices.Length <= 64 ? stackalloc int[Slices.Length] : new int[Slices.Length];
        var last = -1;
        if (list is not null)
            for (var i = 0; i < list.Count; i++) CheckOne(list[i] as Hl7.Fhir.Model.Base, i, counts, ref last, run);
        else CheckOne(found as Hl7.Fhir.Model.Base, -1, counts, ref last, run);
        for (var i = 0; i < counts.Length; i++) Slices[i].Cardinality?.Check(counts[i], Name, Slices[i].Name, run);
    }

    void CheckOne(Hl7.Fhir.Model.Base? item, int index, Span<int> counts, ref int last, Run run)
    {
        if (item is null) return;
        if (run.Enter(Name, index))
        {
            CheckItem(item, run);
            if (counts.Length > 0) CheckSlices(item, counts, ref last, run);
        }
        run.Leave();
    }

    bool IsMisplaced(int slice, int last) => last == Slices.Length ? Order.HasFlag(SliceOrder.OpenAtEnd) : slice < last && Order.HasFlag(SliceOrder.Ordered);

    /// <param name="last">The slice of an item before; the number of slices when one of no slice came.</param>
    void CheckSlices(Hl7.Fhir.Model.Base item, Span<int> counts, ref int last, Run run)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            if (!Slices[i].Match.Accepts(item, run)) continue;
            counts[i]++;
            if (IsMisplaced(i, last)) run.Error("structure", "slicing", $"An item of {Slices[i].Name} stands behind one that the profile puts behind it.", Origin);
            last = i;
            Slices[i].Content.CheckItem(item, run);
            return;
        }
        if (Order.HasFlag(SliceOrder.OpenAtEnd)) last = Slices.Length;
        if (Order.HasFlag(SliceOrder.Closed)) run.Error("structure", "slicing", $"The profile allows only its slices {string.Join(", ", Slices.Select(s => s.Name))} here.", Origin);
    }
}

/// <summary>What a slicing says of the items of no slice and of the order of all.</summary>
[Flags]
enum SliceOrder
{
    Open = 0,
    Closed = 1,
    Ordered = 2,
    OpenAtEnd = 4,
}

/// <summary>A profile ready to run. Immutable; any number of threads may use it.</summary>
/// <param name="Package">Name and version of the package it came with.</param>
sealed record CompiledProfile(string Url, string Version, string Type, string Package, string[] Contexts, bool IsModifier, ElementNode Root)
{
    public string Canonical => $"{Url}|{Version}";
}
