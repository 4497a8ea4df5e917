namespace Dicom2Fhir.Dicom;

/// <summary>
/// Items of one sequence mostly repeat what the item before says (the functional groups of thousands of frames): what is equal is kept once.
/// </summary>
static class ItemSharing
{
    /// <summary>Replaces elements by the equal ones of the item before.</summary>
    /// <param name="shared">How many elements and items are not kept for that.</param>
    /// <returns>The item before itself when all of it is equal, else null.</returns>
    public static DataSet? Share(List<Element> elements, DataSet before, out int shared)
    {
        shared = 0;
        var same = 0;
        for (var i = 0; i < elements.Count; i++)
        {
            if (before.Find(elements[i].Tag) is not { } known || !AreEqual(known, elements[i])) continue;
            shared += Weight(elements[i]);
            elements[i] = known;
            same++;
        }

        if (same != elements.Count || same != before.Elements.Count) return null;
        shared++;
        return before;
    }

    static bool AreEqual(Element left, Element right)
    {
        if (left.Vr != right.Vr || left.Values.Count != right.Values.Count || left.Items.Count != right.Items.Count) return false;
        for (var i = 0; i < left.Values.Count; i++)
        {
            if (left.Values[i] != right.Values[i]) return false;
        }

        for (var i = 0; i < left.Items.Count; i++)
        {
            if (!AreEqual(left.Items[i], right.Items[i])) return false;
        }

        return true;
    }

    // As deep as the limit of levels lets items be.
    static bool AreEqual(DataSet left, DataSet right)
    {
        if (ReferenceEquals(left, right)) return true;
        if (left.Elements.Count != right.Elements.Count) return false;
        for (var i = 0; i < left.Elements.Count; i++)
        {
            if (left.Elements[i].Tag != right.Elements[i].Tag || !AreEqual(left.Elements[i], right.Elements[i])) return false;
        }

        return true;
    }

    static int Weight(Element element)
    {
        var weight = 1;
        for (var i = 0; i < element.Items.Count; i++) weight += Weight(element.Items[i], i == 0 ? null : element.Items[i - 1]);
        return weight;
    }

    // What is shared already was counted once.
    static int Weight(DataSet item, DataSet? before)
    {
        if (ReferenceEquals(item, before)) return 0;
        var weight = 1;
        foreach (var element in item.Elements)
        {
            if (!ReferenceEquals(element, before?.Find(element.Tag))) weight += Weight(element);
        }

        return weight;
    }
}
